"""The Docker files, as far as they can be judged without an engine; with one, compose itself is asked."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from contract.configuration import BotConfiguration
from system.environment import PROJECT

COMPOSE = PROJECT / "docker-compose.yml"
#: what Compose puts in place of ${NAME}, ${NAME:-default}
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")


def _read(text: str) -> Any:
    return yaml.safe_load(_VARIABLE.sub(lambda found: found["default"] or "", text))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found = _read(COMPOSE.read_text())["services"]
    assert isinstance(found, dict)
    return found


def test_it_is_a_compose_file_by_the_specification() -> None:
    parsed = PyCompose.from_json(json.dumps(_read(COMPOSE.read_text())))
    assert set(parsed.service_names()) == {"database", "redis", "api", "practice-api", "simulator", "dashboard"}
    parsed.to_spec()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("restart: unless-stopped", "restrat: unless-stopped"),
        ("condition: service_healthy", "condition: healthy"),
        ("interval: 2s", "interval: often"),
    ],
)
def test_the_specification_would_notice(right: str, wrong: str) -> None:
    text = COMPOSE.read_text()
    assert right in text
    with pytest.raises(ValueError, match=r"restrat|healthy|often"):
        PyCompose.from_json(json.dumps(_read(text.replace(right, wrong, 1))))


def test_every_service_tells_whether_it_is_well(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if not service.get("healthcheck", {}).get("test")] == []


def test_every_port_is_published_to_this_machine_alone(services: dict[str, Any]) -> None:
    published = {port for service in services.values() for port in service.get("ports", [])}
    assert published == {
        "127.0.0.1:5432:5432",
        "127.0.0.1:6379:6379",
        "127.0.0.1:8000:8000",
        "127.0.0.1:3000:8080",
    }


def test_the_two_servers_start_without_a_profile_and_without_a_setting(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "profiles" not in service} == {"database", "redis"}


@pytest.mark.parametrize("service", ["api", "practice-api"])
def test_every_setting_of_a_bot_reaches_the_api(services: dict[str, Any], service: str) -> None:
    environment = services[service]["environment"]
    wanted = {"CALENDARS", "LOG_LEVEL", "ATOZ_ALLOWED_HOSTS", *(name.upper() for name in BotConfiguration.model_fields)}
    assert wanted - set(environment) == set()
    # without a value it is the owner's own, or nothing: MODE=watch must never become a default that accepts
    given = {name for name in wanted if environment[name] is not None}
    assert given == (set() if service == "api" else {"MAX_ACCEPT_PER_RUN"})


def test_ones_own_account_reaches_the_api_as_it_is_written(services: dict[str, Any]) -> None:
    environment = services["api"]["environment"]
    for name in ("ATOZ_USERNAME", "ATOZ_PASSWORD", "ATOZ_BASE_URL", "ATOZ_PORTAL"):
        assert environment[name] is None
    # what names a place on the machine outside means nothing in a container
    assert {"ATOZ_DATA_DIR", "ATOZ_LOG_DIR", "CHROMIUM_PATH", "ATOZ_ENV_FILE"} & set(environment) == set()


@pytest.mark.parametrize(("password", "method"), [("", "trust"), ("a $word", "")])
def test_the_database_asks_for_its_password_where_one_is_set(
    services: dict[str, Any], tmp_path: Path, password: str, method: str
) -> None:
    database = services["database"]
    assert "POSTGRES_HOST_AUTH_METHOD" not in database["environment"]
    image = tmp_path / "docker-entrypoint.sh"
    image.write_text('#!/bin/sh\necho "$POSTGRES_HOST_AUTH_METHOD|$POSTGRES_PASSWORD|$*"\n')
    image.chmod(0o755)
    command = [part.replace("$$", "$") for part in (*database["entrypoint"], *database["command"])]
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "POSTGRES_PASSWORD": password}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{method}|{password}|postgres\n"


@pytest.mark.parametrize("service", ["api", "practice-api"])
def test_the_api_knows_the_password_of_the_database(services: dict[str, Any], service: str) -> None:
    environment = services[service]["environment"]
    assert environment["DATABASE_URL"] == "postgresql://atoz@database:5432/atoz"
    assert 'PGPASSWORD: "${POSTGRES_PASSWORD:-}"' in COMPOSE.read_text()
    assert environment["PGPASSWORD"] == ""


def test_no_secret_of_a_real_account_has_a_default() -> None:
    for found in _VARIABLE.finditer(COMPOSE.read_text()):
        if re.search(r"USERNAME|PASSWORD", found["name"]):
            assert not found["default"], found["name"]


def test_whoever_waits_for_another_service_waits_until_it_is_well(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services
            # the simulator shares the network of the API, which does not need it to be well
            assert how["condition"] == ("service_started" if name == "simulator" else "service_healthy")


def test_the_images_run_as_ordinary_users_and_hold_no_data_of_ours() -> None:
    for name in ("Dockerfile", "frontend/Dockerfile"):
        text = (PROJECT / name).read_text()
        users = re.findall(r"^USER (\w+)$", text, re.MULTILINE)
        assert users == ["atoz"] or "FROM nginxinc/nginx-unprivileged" in text
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert allowed == {"requirements.lock", "common", "contract", "bot", "simulator", "backend", "frontend"}
    copied = set(re.findall(r"^COPY (?!--from)(\w\S*)", (PROJECT / "Dockerfile").read_text(), re.MULTILINE))
    assert copied <= allowed


def test_compose_itself_agrees() -> None:
    docker = shutil.which("docker")
    compose = [str(docker), "compose", "--project-directory", str(PROJECT), "--file", str(COMPOSE)]
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("there is no docker client with compose")
    everything = [*compose, "--profile", "app", "--profile", "practice", "config", "--quiet"]
    done = subprocess.run(everything, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
