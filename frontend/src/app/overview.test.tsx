import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { aProblem } from "@/testing/fake-control-plane";
import {
  aCycle,
  aJob,
  aLogEntry,
  aLostJob,
  aRejectedJob,
  aSession,
  minutesAgo,
  noSession,
  SESSION_ID,
} from "@/testing/fixtures";
import { pressable } from "@/testing/pressable";
import { renderDashboard, startControlPlane } from "@/testing/render-dashboard";

const { plane } = startControlPlane();

const live = () => screen.findByText("Live");
const feed = () => screen.findByRole("region", { name: "What is happening" });

describe("whether the bot runs", () => {
  it("says that the bot watches, whose account it is and what it did", async () => {
    plane();
    renderDashboard("/");

    const bot = await screen.findByRole("region", { name: "Watching the board" });
    expect(bot).toHaveTextContent("Signed in asMaria Kowalska");
    expect(bot).toHaveTextContent("4 jobs accepted, 2 lost, 31 did not match, 15,420 looks at the board");
  });

  it("says why the bot does not run", async () => {
    plane().session = aSession({
      is_running: false,
      status: "failed",
      wanted: "stopped",
      login_status: "refused",
      status_reason: "The portal says that the password is wrong. Check ATOZ_PASSWORD.",
    });
    renderDashboard("/");

    const bot = await screen.findByRole("region", { name: "The portal refused the sign-in" });
    expect(bot).toHaveTextContent("Check ATOZ_PASSWORD.");
    expect(within(bot).getByRole("button", { name: "Start" })).toBeEnabled();
    expect(within(bot).queryByRole("button", { name: "Stop" })).not.toBeInTheDocument();
  });

  it.each([true, false])("tells the last sign of life only of a bot that does not run: running %s", async (runs) => {
    plane().session = runs ? aSession() : aSession({ is_running: false, status: "stopped", wanted: "stopped" });
    renderDashboard("/");

    const bot = await screen.findByRole("region", { name: runs ? "Watching the board" : "Stopped" });
    expect(within(bot).queryByText("Last sign of life") !== null).toBe(!runs);
  });

  it("does not look alive while the bot cannot see the board", async () => {
    plane().session = aSession({ condition: "portal", status_reason: "The portal does not answer" });
    renderDashboard("/");

    const bot = await screen.findByRole("region", { name: "Cannot reach the portal" });
    expect(bot).toHaveAttribute("data-tone", "warn");
    expect(bot).toHaveTextContent("The portal does not answer.");
    expect(within(bot).getByRole("button", { name: "Pause" })).toBeVisible();
  });

  it("recognises a bot that was started in a terminal", async () => {
    plane().session = aSession({ started_by: "command_line" });
    renderDashboard("/");

    expect(await screen.findByText("in a terminal")).toBeVisible();
  });

  it("follows the status that comes over the websocket", async () => {
    plane();
    renderDashboard("/");
    await screen.findByRole("region", { name: "Watching the board" });
    await live();

    plane().session = aSession({ status: "paused", wanted: "paused" });
    plane().send("status_update", plane().session);

    expect(await screen.findByRole("region", { name: "Paused" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Resume" })).toBeEnabled();
  });

  it("asks which session is current when another one appears", async () => {
    plane();
    renderDashboard("/");
    await screen.findByRole("region", { name: "Watching the board" });
    await live();

    plane().session = aSession({ session_id: "evening-run", started_by: "command_line" });
    plane().send("status_update", plane().session);

    expect(await screen.findByText("in a terminal")).toBeVisible();
  });
});

describe("the buttons", () => {
  it("start a bot that never ran", async () => {
    plane().session = noSession();
    const { user } = renderDashboard("/");

    await user.click(await screen.findByRole("button", { name: "Start" }));

    expect(await screen.findByRole("region", { name: "Watching the board" })).toBeVisible();
    expect(plane().requests("POST", "/api/bot/start")).toHaveLength(1);
  });

  it("stop, pause and resume", async () => {
    plane();
    const { user } = renderDashboard("/");

    await user.click(await pressable("Pause"));
    await user.click(await pressable("Resume"));
    await pressable("Pause");
    await user.click(await pressable("Stop"));

    expect(await screen.findByRole("region", { name: "Stopped" })).toBeVisible();
    for (const action of ["pause", "resume", "stop"]) {
      expect(plane().requests("POST", `/api/bot/${action}`)).toHaveLength(1);
    }
  });

  it("keep the keyboard's place: what was paused there is resumed there", async () => {
    plane();
    const { user } = renderDashboard("/");
    (await pressable("Pause")).focus();

    const release = plane().hold();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.getByRole("button", { name: "Pause" })).toHaveAttribute("aria-busy", "true"));
    expect(screen.getByRole("button", { name: "Pause" })).toBeEnabled();
    release();

    expect(await screen.findByRole("button", { name: "Resume" })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("button", { name: "Pause" })).toHaveFocus();
  });

  it("keep the keyboard's place beside them where the pressed one goes away", async () => {
    plane();
    const { user } = renderDashboard("/");
    (await pressable("Pause")).focus();
    plane().send("status_update", aSession({ status: "stopping", wanted: "stopped" }));

    await screen.findByRole("region", { name: "Stopping" });
    expect(screen.getByRole("group", { name: "Steer the bot" })).toHaveFocus();
    await user.tab();
    expect(screen.getByRole("button", { name: /Stopping/ })).toHaveFocus();
  });

  it("are not pressed by the second half of a double click on what stood there", async () => {
    plane();
    const { user } = renderDashboard("/");
    await user.click(await pressable("Pause"));
    await user.click(await screen.findByRole("button", { name: "Resume" }));
    expect(plane().requests("POST", "/api/bot/resume")).toHaveLength(0);
  });

  it("say in the control plane's words why something could not be done", async () => {
    plane().session = noSession();
    plane().refusal = aProblem(409, "No portal account is set. Write ATOZ_USERNAME into the file .env.");
    const { user } = renderDashboard("/");

    await user.click(await screen.findByRole("button", { name: "Start" }));

    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The bot could not be started");
    expect(alert).toHaveTextContent("No portal account is set. Write ATOZ_USERNAME into the file .env.");
    expect(screen.getByRole("button", { name: "Start" })).toBeEnabled();
  });
});

describe("practice mode", () => {
  it("explains itself and how to use one's own account", async () => {
    plane().session = aSession({ practice_mode: true });
    const { user } = renderDashboard("/");

    await user.click(await screen.findByRole("button", { name: /Practice mode/ }));

    expect(await screen.findByText("The jobs here are pretend")).toBeInTheDocument();
    expect(screen.getByText("ATOZ_USERNAME")).toBeInTheDocument();
  });

  it("is not mentioned on the real portal", async () => {
    plane();
    renderDashboard("/");
    await screen.findByRole("region", { name: "Watching the board" });

    expect(screen.queryByText(/Practice/)).not.toBeInTheDocument();
  });
});

describe("today's numbers", () => {
  it("shows them, with the typical speed of the latest accepted jobs", async () => {
    plane().jobs = [aJob()];
    renderDashboard("/");

    const today = await screen.findByRole("region", { name: "Today" });
    await waitFor(() => expect(today).toHaveTextContent("Acceptance rate11%"));
    expect(today).toHaveTextContent("Accepted4");
    expect(today).toHaveTextContent("Jobs seen37");
    expect(today).toHaveTextContent("Most active languagePolish");
    expect(today).toHaveTextContent("Running for2 h 10 min");
    await waitFor(() => expect(today).toHaveTextContent("Typical speed0.42 s"));
  });

  it("are asked for again when a job was processed", async () => {
    plane();
    renderDashboard("/");
    const today = await screen.findByRole("region", { name: "Today" });
    await waitFor(() => expect(today).toHaveTextContent("Accepted4"));
    await live();

    plane().metrics = { ...plane().metrics, accepted_today: 5 };
    plane().send("job_processed", aJob());

    await waitFor(() => expect(today).toHaveTextContent("Accepted5"));
  });
});

describe("the live feed", () => {
  it("begins with what happened lately, the newest first", async () => {
    plane().jobs = [
      aLostJob({ job_number: "2", language: "Farsi", seen_at: minutesAgo(1) }),
      aRejectedJob({ job_number: "1", language: "Urdu", seen_at: minutesAgo(2) }),
    ];
    plane().logs = [
      aLogEntry({ level: "error", message: "The portal did not answer.", what_to_do: "Check your connection." }),
    ];
    renderDashboard("/");

    const rows = await within(await feed()).findAllByRole("listitem");
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringContaining("Lost"),
      expect.stringContaining("Did not match"),
      expect.stringContaining("The portal did not answer.What to do: Check your connection."),
    ]);
    expect(rows[0]).toHaveTextContent("The portal shows it as cancelled.");
    expect(rows[1]).toHaveTextContent("Face to Face is not one of the kinds you want.");
  });

  it("shows a job once, in the state that it is in", async () => {
    plane();
    renderDashboard("/");
    await within(await feed()).findByText("Nothing yet");
    await live();

    const seen_at = new Date().toISOString();
    plane().send("job_processed", aJob({ seen_at, status: "pending", claim_state: "submitted", confirmed_at: null }));
    expect(await within(await feed()).findByText("In progress")).toBeVisible();
    plane().send("job_processed", aJob({ seen_at, claim_state: "confirmed" }));

    expect(await within(await feed()).findByText("Accepted")).toBeVisible();
    expect(within(await feed()).getAllByRole("listitem")).toHaveLength(1);
    expect(await feed()).toHaveTextContent("yours 0.42 s after the bot saw it");
  });

  it("says errors with what to do, and shows them once although the log has them too", async () => {
    plane();
    renderDashboard("/");
    await live();
    await within(await feed()).findByText("Nothing yet");

    const message = "The portal shows a page that the bot does not know.";
    plane().logs = [aLogEntry({ at: new Date().toISOString(), level: "error", action: "layout_changed", message })];
    plane().send("error", {
      session_id: SESSION_ID,
      code: "layout_changed",
      message,
      what_to_do: "Look whether the portal works in your browser.",
      fatal: false,
    });

    expect(await within(await feed()).findByText(message)).toBeVisible();
    await waitFor(() => expect(plane().requests("GET", "/api/bot/logs").length).toBeGreaterThan(1));
    expect(within(await feed()).getAllByRole("listitem")).toHaveLength(1);
  });

  it("tells when the bot's state changes, not when only a count does", async () => {
    plane();
    renderDashboard("/");
    await screen.findByRole("region", { name: "Watching the board" });
    await live();

    plane().send("status_update", aSession({ total_checks: 16_000 }));
    await screen.findByText(/16,000 looks at the board/);
    plane().send("status_update", aSession({ status: "paused", wanted: "paused" }));

    // One row: `findByRole` fails where there are two.
    expect(await within(await feed()).findByRole("listitem")).toHaveTextContent("The bot is paused");
  });

  it("shows a look at the board as a pulse and not as a row", async () => {
    plane();
    renderDashboard("/");
    await live();
    await within(await feed()).findByText("Nothing yet");

    plane().send("cycle_complete", aCycle({ jobs_on_board: 12, total_checks: 15_421 }));

    expect(await screen.findByText(/Looked at the board .* ago, 12 jobs on it, took 41 ms/)).toBeVisible();
    expect(within(await feed()).queryByRole("listitem")).not.toBeInTheDocument();
    expect(await screen.findByText(/15,421 looks at the board/)).toBeVisible();
  });

  it("can be held still while one reads", async () => {
    plane().jobs = [aJob()];
    const { user } = renderDashboard("/");
    await live();
    await within(await feed()).findByText("Accepted");

    await user.click(screen.getByRole("switch", { name: "Hold still" }));
    plane().send("job_processed", aJob({ job_number: "777", language: "Urdu", seen_at: new Date().toISOString() }));
    await waitFor(() => expect(plane().requests("GET", "/api/bot/dashboard/metrics").length).toBeGreaterThan(1));
    expect(within(await feed()).getAllByRole("listitem")).toHaveLength(1);

    await user.click(screen.getByRole("switch", { name: "Hold still" }));
    expect(within(await feed()).getAllByRole("listitem")).toHaveLength(2);
  });

  it("speaks what matters to screen readers, and not every job that does not match", async () => {
    plane();
    renderDashboard("/");
    await live();
    await within(await feed()).findByText("Nothing yet");
    const spoken = screen.getByRole("log", { name: "What is happening" });

    const later = new Date(Date.now() + 1000).toISOString();
    plane().send("job_processed", aJob({ seen_at: later }));
    await waitFor(() => expect(spoken).toHaveTextContent("Accepted: Polish, Telephone Interpreting."));

    plane().send("job_processed", aRejectedJob({ job_number: "2", seen_at: later }));
    expect(await within(await feed()).findByText("Did not match")).toBeVisible();
    expect(spoken).not.toHaveTextContent("Did not match");
  });

  it("opens a job", async () => {
    plane().jobs = [aJob()];
    const { user, router } = renderDashboard("/");

    await user.click(await within(await feed()).findByRole("button", { name: /Polish, Telephone Interpreting/ }));

    expect(await screen.findByRole("dialog", { name: "Polish, Telephone Interpreting" })).toBeVisible();
    expect(router.state.location.search).toEqual({ job: "atoz/acc-1/10432" });
  });
});
