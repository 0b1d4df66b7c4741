import { screen, waitFor, within } from "@testing-library/react";
import { run as findFaults } from "axe-core";
import { describe, expect, it } from "vitest";
import { aJob, aLogEntry, aRejectedJob, aSession } from "@/testing/fixtures";
import { aProblem } from "@/testing/fake-control-plane";
import { renderDashboard, startControlPlane } from "@/testing/render-dashboard";

const { plane } = startControlPlane();

describe("the sessions", () => {
  it("lists present and past ones and recognises one from a terminal", async () => {
    plane().sessions = [
      aSession(),
      aSession({ session_id: "evening-run", session_name: "evening-run", started_by: "command_line" }),
      aSession({
        session_id: "old",
        session_name: "old",
        is_running: false,
        status: "failed",
        wanted: "stopped",
        status_reason: "The account is locked for a minute.",
      }),
    ];
    renderDashboard("/sessions");

    const terminal = await screen.findByRole("article", { name: / evening-run$/ });
    expect(terminal).toHaveTextContent("Started in a terminal");
    expect(terminal).toHaveTextContent("Watching the board");
    const old = screen.getByRole("article", { name: / old$/ });
    expect(old).toHaveTextContent("Stopped by a problem");
    expect(old).toHaveTextContent("The account is locked for a minute.");
    expect(within(old).queryByRole("button")).not.toBeInTheDocument();
  });

  it("stops the one that was meant, and says why when it cannot", async () => {
    plane().sessions = [aSession(), aSession({ session_id: "evening-run", session_name: "evening-run" })];
    plane().refusal = aProblem(404, "There is no session by that name.");
    const { user } = renderDashboard("/sessions");
    const evening = await screen.findByRole("article", { name: / evening-run$/ });

    await user.click(within(evening).getByRole("button", { name: "Stop this bot" }));

    expect(await within(evening).findByRole("alert")).toHaveTextContent("There is no session by that name.");
    expect(plane().requests("POST", "/api/bot/stop")[0]?.query.get("session_id")).toBe("evening-run");
  });

  it("changes a session in place and finds a new one", async () => {
    plane().sessions = [aSession({ session_name: "first" })];
    renderDashboard("/sessions");
    await screen.findByRole("article", { name: / first$/ });
    await screen.findByText("Live");

    plane().send("status_update", aSession({ session_name: "first", status: "paused", wanted: "paused" }));
    await waitFor(() => expect(screen.getByRole("article", { name: / first$/ })).toHaveTextContent("Paused"));

    const second = aSession({ session_id: "second", session_name: "second" });
    plane().sessions = [second, ...plane().sessions];
    plane().send("status_update", second);
    expect(await screen.findByRole("article", { name: / second$/ })).toBeVisible();
  });
});

describe("the log", () => {
  it("shows lines with what to do, by level, page by page", async () => {
    plane().pageSize = 2;
    plane().logs = [
      aLogEntry({ id: 3, level: "error", message: "Sign-in refused.", what_to_do: "Check the password." }),
      aLogEntry({ id: 2, message: "The cap is reached." }),
      aLogEntry({ id: 1, message: "The bot started." }),
    ];
    const { user } = renderDashboard("/log");

    expect(await screen.findByText("Sign-in refused.")).toBeVisible();
    expect(screen.getByText("Check the password.", { exact: false })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show more of the log" }));
    expect(await screen.findByText("The bot started.")).toBeVisible();

    await user.click(screen.getByRole("radio", { name: "Errors" }));
    await waitFor(() => expect(screen.queryByText("The bot started.")).not.toBeInTheDocument());
    expect(await screen.findByText("Sign-in refused.")).toBeVisible();
  });
});

describe("every page", () => {
  it("that does not exist says so", async () => {
    plane();
    renderDashboard("/nowhere");

    expect(await screen.findByRole("heading", { name: "There is no such page", level: 1 })).toBeVisible();
    expect(screen.getByRole("link", { name: "Go to the overview" })).toHaveAttribute("href", "/");
  });

  it.each([
    ["/", "Overview"],
    ["/jobs", "Jobs"],
    ["/jobs?job=atoz/acc-1/10432", "Jobs"],
    ["/settings", "Settings"],
    ["/sessions", "Sessions"],
    ["/log", "Log"],
  ])("%s has one main heading, a title and nothing that axe finds", async (address, title) => {
    plane().jobs = [aJob(), aRejectedJob({ job_number: "2" })];
    plane().logs = [aLogEntry()];
    plane().session = aSession({ practice_mode: true });
    renderDashboard(address);
    await waitFor(() => expect(document.title).toBe(`${title} · AtoZ Bot`));
    await screen.findByText("Live");
    if (address.includes("job=")) await screen.findByRole("dialog", { name: "Polish, Telephone Interpreting" });
    await waitFor(() => expect(screen.queryAllByText("Connecting…")).toHaveLength(0));

    expect(screen.getAllByRole("heading", { level: 1, hidden: true })).toHaveLength(1);
    // jsdom draws nothing, so contrast cannot be measured here.
    const { violations } = await findFaults(document.body, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
  });
});
