import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { aProblem } from "@/testing/fake-control-plane";
import { aJob, aLogEntry, aSession } from "@/testing/fixtures";
import { renderDashboard, startControlPlane } from "@/testing/render-dashboard";

const { plane } = startControlPlane();

describe("a control plane that is away", () => {
  it("is said at load, and the page fills by itself when it is there", async () => {
    plane().goAway();
    renderDashboard("/");

    expect(await screen.findByText(/The AtoZ Bot system does not answer. Is it started/)).toBeVisible();
    expect(await screen.findByText(/How the bot stands is not known yet/)).toBeVisible();

    plane().comeBack();
    expect(await screen.findByRole("region", { name: "Watching the board" })).toBeVisible();
    expect(await screen.findByText("Live")).toBeVisible();
    expect(screen.queryByText(/does not answer/)).not.toBeInTheDocument();
  });

  it("is not said to be live where it hangs, within some seconds", async () => {
    vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new DOMException("too late", "TimeoutError")), ms / 50);
      return controller.signal;
    });
    try {
      plane().hangs = true;
      renderDashboard("/");
      expect(await screen.findByText(/does not answer. Is it started\? This page tries again by itself/)).toBeVisible();
      expect(screen.queryByText("Live")).not.toBeInTheDocument();
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("leaves what was known on the page, with the time, and is caught up with", async () => {
    plane().jobs = [aJob({ language: "Polish", status: "pending", claim_state: "submitted", confirmed_at: null })];
    renderDashboard("/");
    const feed = await screen.findByRole("region", { name: "What is happening" });
    expect(await within(feed).findByText("In progress")).toBeVisible();
    await screen.findByText("Live");

    plane().goAway();
    expect(await screen.findByText("Reconnecting…")).toBeVisible();
    expect(screen.getByText(/This page shows what was known at \d\d:\d\d/)).toBeVisible();
    expect(within(feed).getByText("In progress")).toBeVisible();

    // All of this happened while nobody listened.
    plane().session = aSession({ status: "paused", wanted: "paused" });
    plane().jobs = [aJob({ job_number: "2", language: "Urdu" }), aJob({ language: "Polish" })];
    plane().logs = [aLogEntry({ message: "The cap is reached." })];
    plane().metrics = { ...plane().metrics, accepted_today: 6 };
    plane().comeBack();

    expect(await screen.findByText("Live")).toBeVisible();
    expect(await screen.findByRole("region", { name: "Paused" })).toBeVisible();
    await waitFor(() => expect(within(feed).getAllByText("Accepted")).toHaveLength(2));
    expect(within(feed).getByText("The cap is reached.")).toBeVisible();
    expect(screen.getByRole("region", { name: "Today" })).toHaveTextContent("Accepted6");
    expect(screen.queryByText(/what was known at/)).not.toBeInTheDocument();
  });

  it("says when nothing can be looked up although it is there, until it can", async () => {
    plane().trouble = aProblem(503, "PostgreSQL does not answer, so nothing can be looked up now.");
    const what_to_do = "Check that PostgreSQL runs.";
    plane().health = {
      ...plane().health,
      status: "degraded",
      checks: [
        { name: "postgres", ok: false, seen: "does not answer", what_to_do },
        { name: "redis", ok: true, seen: "answers", what_to_do: null },
      ],
    };
    renderDashboard("/jobs");

    expect(await screen.findByRole("alert")).toHaveTextContent(
      "The database (PostgreSQL): does not answer. Check that PostgreSQL runs.",
    );
    expect(screen.getByRole("alert")).not.toHaveTextContent("Redis");
    expect(await screen.findByText(/The jobs could not be loaded yet/)).toBeVisible();
    expect(screen.getByText("Live")).toBeVisible();

    plane().trouble = undefined;
    plane().health = { ...plane().health, status: "ok", checks: [] };
    expect(await screen.findByText("No job yet")).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("alert")).not.toBeInTheDocument());
  });

  it("does not let an old live report outlive what the API says after a reconnect", async () => {
    plane();
    renderDashboard("/jobs");
    await screen.findByText("No job yet");
    await screen.findByText("Live");
    plane().send("job_processed", aJob({ status: "pending", claim_state: "submitted", confirmed_at: null }));
    expect(await within(await screen.findByRole("table")).findByText("In progress")).toBeVisible();

    plane().goAway();
    await screen.findByText("Reconnecting…");
    plane().comeBack();

    // The control plane has no such job (another database, say): its answer counts.
    expect(await screen.findByText("No job yet")).toBeVisible();
  });
});
