import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { aProblem } from "@/testing/fake-control-plane";
import { aConfiguration, aJob, aLostJob, anOffer, aSession, SESSION_ID } from "@/testing/fixtures";
import { pressable } from "@/testing/pressable";
import { renderDashboard, startControlPlane } from "@/testing/render-dashboard";

const { plane } = startControlPlane();

const TITLE = "Polish, Telephone Interpreting";
const live = () => screen.findByText("Live");
const offers = () => screen.findByRole("region", { name: "1 job waits for your answer" });
const later = () => new Date(Date.now() + 1000).toISOString();

describe("an offer", () => {
  it("says what the job is and how long there is to answer", async () => {
    plane().jobs = [anOffer({}, 125)];
    renderDashboard("/");

    const panel = await offers();
    expect(panel).toHaveTextContent("Wed, 25 Nov 2026, 09:30 · 1 h 30 min · Northgate Health Trust · 10432/atoz");
    expect(panel).toHaveTextContent(/[12]:\d\d left to answer/);
    await waitFor(() => expect(document.title).toBe("(1) Overview · AtoZ Bot"));
    expect(screen.getAllByRole("link", { name: /Overview/ })[0]).toHaveTextContent("1 job waits for your answer");
  });

  it("appears by itself, and when it is over it stays with its outcome until it is dismissed", async () => {
    plane();
    const { user } = renderDashboard("/");
    await live();
    expect(screen.queryByText(/for your answer/)).not.toBeInTheDocument();

    plane().send("job_processed", anOffer());
    await offers();
    plane().send("job_processed", anOffer({ status: "declined", claim_state: "expired", updated_at: later() }));

    const panel = await screen.findByRole("region", { name: "No longer waiting for your answer" });
    expect(panel).toHaveTextContent("The time to answer ran out, so the bot left it alone.");
    await waitFor(() => expect(document.title).toBe("Overview · AtoZ Bot"));
    await user.click(await pressable(`Dismiss: ${TITLE}`));
    expect(panel).not.toBeInTheDocument();
  });

  it("is gone when the owner was on another page meanwhile", async () => {
    plane().jobs = [anOffer()];
    const { user } = renderDashboard("/");
    await live();
    await offers();
    plane().jobs = [aLostJob({ updated_at: later() })];
    plane().send("job_processed", aLostJob({ updated_at: later() }));
    await screen.findByText(/It did not become yours/);

    const pages = screen.getByRole("navigation", { name: "Pages" });
    await user.click(within(pages).getByRole("link", { name: "Log" }));
    await screen.findByRole("heading", { level: 1, name: "Log" });
    await user.click(within(pages).getByRole("link", { name: /Overview/ }));

    await screen.findByRole("region", { name: "Watching the board" });
    expect(screen.queryByText(/It did not become yours/)).not.toBeInTheDocument();
  });

  it("is approved by keyboard, and what comes of it is said in words", async () => {
    plane().jobs = [anOffer()];
    const { user } = renderDashboard("/");
    await live();
    const panel = await offers();

    within(panel)
      .getByRole("button", { name: `Approve: ${TITLE}` })
      .focus();
    await user.keyboard("{Enter}");

    await screen.findByText("Telling the bot to take it…");
    expect(plane().requests("POST", "/api/bot/jobs/10432/approve")[0]?.query.get("account_id")).toBe("acc-1");
    plane().send("job_processed", anOffer({ status: "pending", claim_state: "submitted", updated_at: later() }));
    await screen.findByText("The bot is taking it…");
    plane().send("job_processed", aJob({ updated_at: new Date(Date.now() + 2000).toISOString() }));

    const answers = await screen.findByRole("region", { name: "Your answers" });
    expect(answers).toHaveTextContent("It is yours: the portal shows it under your name.");
    await user.click(await pressable(`Dismiss: ${TITLE}`));
    expect(screen.queryByRole("region", { name: "Your answers" })).not.toBeInTheDocument();
  });

  it("is followed to its end also where the bot is done before the answer's own request is", async () => {
    plane().jobs = [anOffer()];
    const release = plane().hold();
    const { user } = renderDashboard("/");
    await live();
    await user.click(await pressable(`Approve: ${TITLE}`));
    await waitFor(() => expect(plane().requests("POST", "/api/bot/jobs/10432/approve")).toHaveLength(1));
    await offers();

    plane().send("job_processed", aJob({ updated_at: later() }));
    const answers = await screen.findByRole("region", { name: "Your answers" });
    expect(answers).toHaveTextContent("It is yours: the portal shows it under your name.");
    release();

    await user.click(await pressable(`Dismiss: ${TITLE}`));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Your answers" })).not.toBeInTheDocument());
  });

  it("is still followed after the connection was lost and is back", async () => {
    plane().jobs = [anOffer()];
    const { user } = renderDashboard("/");
    await live();
    await user.click(await pressable(`Approve: ${TITLE}`));
    plane().send("job_processed", anOffer({ status: "pending", claim_state: "submitted", updated_at: later() }));
    await screen.findByText("The bot is taking it…");

    plane().goAway();
    await screen.findByText("Reconnecting…");
    plane().jobs = [aJob({ updated_at: new Date(Date.now() + 2000).toISOString() })];
    plane().comeBack();

    expect(
      await within(await screen.findByRole("region", { name: "Your answers" })).findByText(/It is yours/),
    ).toBeVisible();
  });

  it("that ran out while it was answered says so", async () => {
    plane().jobs = [anOffer()];
    const release = plane().hold();
    plane().refusal = aProblem(409, "The time to answer for job 10432 was over at 10:05:00.");
    const { user } = renderDashboard("/");
    await live();
    await user.click(await pressable(`Approve: ${TITLE}`));

    plane().send("job_processed", anOffer({ status: "declined", claim_state: "expired", updated_at: later() }));
    release();

    expect(await screen.findByText(/The time to answer ran out/)).toBeVisible();
    await user.click(await pressable(`Dismiss: ${TITLE}`));
    expect(screen.queryByText(/The time to answer ran out/)).not.toBeInTheDocument();
  });

  it("is declined", async () => {
    plane().jobs = [anOffer()];
    const { user } = renderDashboard("/");
    await live();

    await user.click(await pressable(`Decline: ${TITLE}`));
    await screen.findByText("Telling the bot to leave it…");
    plane().send("job_processed", anOffer({ status: "declined", claim_state: "declined", updated_at: later() }));

    expect(await screen.findByText("You said no. The bot left it alone.")).toBeVisible();
  });

  it("that somebody else got is said to be lost, with the reason", async () => {
    plane().jobs = [anOffer()];
    const { user } = renderDashboard("/");
    await live();
    await user.click(await pressable(`Approve: ${TITLE}`));
    await screen.findByText("Telling the bot to take it…");

    plane().send("job_processed", aLostJob({ updated_at: later() }));

    expect(await screen.findByText(/It did not become yours\. The portal shows it as cancelled/)).toBeVisible();
  });

  it("can be answered again where the control plane refused", async () => {
    plane().jobs = [anOffer()];
    plane().refusal = aProblem(409, "The time to answer for job 10432 was over at 10:05:00.");
    const { user } = renderDashboard("/");

    await user.click(await pressable(`Approve: ${TITLE}`));

    expect(await screen.findByRole("alert")).toHaveTextContent("was over at 10:05:00");
    await pressable(`Approve: ${TITLE}`);
  });

  it("shows what the bot says to the answer", async () => {
    plane().jobs = [anOffer()];
    const { user } = renderDashboard("/");
    await live();
    await user.click(await pressable(`Approve: ${TITLE}`));
    await screen.findByText("Telling the bot to take it…");

    const message = "Job 10432 is not accepted, because your rules say no at the moment: the day is full.";
    plane().send("notice", { session_id: SESSION_ID, action: "approval_refused", message });

    expect(await within(await screen.findByRole("region", { name: "Your answers" })).findByText(message)).toBeVisible();
  });

  it("cannot be answered any more when its time is over", async () => {
    plane().jobs = [anOffer({}, -2)];
    renderDashboard("/");

    expect(await screen.findByText("The time to answer is over.")).toBeVisible();
    expect(screen.queryByRole("button", { name: `Approve: ${TITLE}` })).not.toBeInTheDocument();
    await waitFor(() => expect(document.title).toBe("Overview · AtoZ Bot"));
  });

  it("is answered in its drawer, too", async () => {
    plane().jobs = [anOffer()];
    const { user } = renderDashboard("/jobs?job=atoz/acc-1/10432");
    const drawer = await screen.findByRole("dialog", { name: TITLE });
    expect(drawer).toHaveTextContent("It fits your settings. It waits for your answer until");

    await user.click(within(drawer).getByRole("button", { name: `Approve: ${TITLE}` }));

    expect(await within(drawer).findByText("Telling the bot to take it…")).toBeVisible();
  });
});

describe("several offers", () => {
  const DEADLINE = new Date(Date.now() + 600_000).toISOString();
  const SEEN = new Date().toISOString();
  const two = () => [
    anOffer({ job_number: "10434", language: "Dari", offer_expires_at: DEADLINE, seen_at: SEEN }),
    anOffer({ job_number: "10433", language: "Farsi", offer_expires_at: DEADLINE, seen_at: SEEN }),
  ];
  const FIRST = "Farsi, Telephone Interpreting";
  const SECOND = "Dari, Telephone Interpreting";
  const cards = () =>
    within(screen.getByRole("region", { name: /your answer/i }))
      .getAllByRole("listitem")
      .map((card) => card.getAttribute("aria-label"));

  it("with one deadline keep their places when one is answered, so that a double click answers one job", async () => {
    plane().jobs = two();
    const { user } = renderDashboard("/");
    await live();
    const approve = await pressable(`Approve: ${FIRST}`);
    expect(cards()).toEqual([FIRST, SECOND]);

    await user.dblClick(approve);
    await screen.findByText("Telling the bot to take it…");

    expect(cards()).toEqual([FIRST, SECOND]);
    expect(plane().requests("POST", "/api/bot/jobs/10433/approve")).toHaveLength(1);
    plane().send(
      "job_processed",
      aJob({ job_number: "10433", language: "Farsi", seen_at: SEEN, updated_at: later(), claim_state: "confirmed" }),
    );
    await screen.findByText(/It is yours/);
    expect(cards()).toEqual([FIRST, SECOND]);
    expect(plane().requests("POST", "/api/bot/jobs/10434/approve")).toHaveLength(0);
  });

  it("keep their places when a rival takes one: what became of it stands where it stood", async () => {
    plane().jobs = two();
    renderDashboard("/");
    await live();
    await pressable(`Approve: ${FIRST}`);

    plane().send(
      "job_processed",
      aLostJob({ job_number: "10433", language: "Farsi", seen_at: SEEN, submitted_at: null, updated_at: later() }),
    );

    expect(await screen.findByText(/It did not become yours\. The portal shows it as cancelled/)).toBeVisible();
    expect(cards()).toEqual([FIRST, SECOND]);
    expect(screen.getByRole("region", { name: "1 job waits for your answer" })).toBeVisible();
  });

  it("cannot be answered in the moment in which they come under the pointer", async () => {
    plane().jobs = two();
    const { user } = renderDashboard("/");
    await live();
    await user.click(await pressable(`Decline: ${FIRST}`));
    await user.click(await pressable(`Dismiss: ${FIRST}`));
    expect(cards()).toEqual([SECOND]);

    await user.click(screen.getByRole("button", { name: `Decline: ${SECOND}` }));
    expect(plane().requests("POST", "/api/bot/jobs/10434/decline")).toHaveLength(0);

    await user.click(await pressable(`Decline: ${SECOND}`));
    await waitFor(() => expect(plane().requests("POST", "/api/bot/jobs/10434/decline")).toHaveLength(1));
  });

  it("leave the keyboard where it was", async () => {
    plane().jobs = two();
    const { user } = renderDashboard("/");
    await live();
    (await pressable(`Approve: ${FIRST}`)).focus();
    await user.keyboard("{Enter}");
    const said = await screen.findByText("Telling the bot to take it…");

    expect(said).toHaveFocus();
    await user.tab();
    expect(screen.getByRole("button", { name: SECOND })).toHaveFocus();
  });
});

describe("what the bot does with a match", () => {
  it.each([
    ["accept", "Accepts matching jobs"],
    ["ask", "Asks you first"],
    ["watch", "Only watches"],
  ] as const)("%s is said in words", async (mode, words) => {
    plane().configuration = aConfiguration({ mode });
    renderDashboard("/");

    expect(await screen.findByText(words)).toBeVisible();
  });

  it("is nothing outside the opening hours, and it is said until when", async () => {
    const reason = "Outside your opening hours: the portal is watched again on Monday 23 November at 08:00";
    plane().session = aSession({ condition: "hours", status_reason: reason });
    renderDashboard("/");

    const bot = await screen.findByRole("region", { name: "Outside your opening hours" });
    expect(bot).toHaveTextContent(reason);
  });
});

describe("a picture of the portal", () => {
  it("is asked for, and where it is kept is said", async () => {
    plane();
    const { user } = renderDashboard("/");
    await live();

    await user.click(await screen.findByRole("button", { name: "Take a picture of the portal" }));
    expect(await screen.findByText("The bot was told to take a picture of the portal.")).toBeVisible();
    const message = "What the portal shows now is kept as /data/evidence/snapshot-1.";
    plane().send("notice", { session_id: SESSION_ID, action: "snapshot_kept", message });

    const bot = screen.getByRole("region", { name: "Watching the board" });
    expect(await within(bot).findByText(message)).toBeVisible();
  });

  it("is said to be impossible where it is", async () => {
    plane().refusal = aProblem(409, "The bot is stopping, so it takes no more pictures.");
    const { user } = renderDashboard("/");

    await user.click(await screen.findByRole("button", { name: "Take a picture of the portal" }));

    expect(await screen.findByRole("alert")).toHaveTextContent("takes no more pictures");
  });

  it("is not offered where no bot runs", async () => {
    plane().session = aSession({ is_running: false, status: "stopped", wanted: "stopped" });
    renderDashboard("/");

    await screen.findByRole("region", { name: "Stopped" });
    expect(screen.queryByRole("button", { name: "Take a picture of the portal" })).not.toBeInTheDocument();
  });
});

describe("the narrative of a job", () => {
  it.each([
    [
      "given",
      aJob({ status: "given", given: "ours", claim_state: null, submitted_at: null }),
      "without an accept of the bot",
    ],
    ["watched", anOffer({ status: "watched", only_watched: true, claim_state: null }), "told only to watch"],
    [
      "taken back after it was given",
      aJob({ status: "taken_back", given: "taken_back", claim_state: null }),
      "It was yours without an accept of the bot, and then no longer.",
    ],
    [
      "gone before it was claimed",
      aLostJob({ claim_state: null, loss_reason: "taken_before_seen", loss_detail: null, submitted_at: null }),
      "The bot looks at the board every 0.5 seconds now: a job can lie there so long before it is seen.",
    ],
    ["lost although the accept was sent", aLostJob(), "The bot sent its accept 74 ms after it first saw the job"],
    [
      "lost for the portal's failing",
      aLostJob({ loss_reason: "portal_failing" }),
      "Looking more often would not have changed this.",
    ],
  ])("that is %s", async (_, job, words) => {
    plane().jobs = [job];
    renderDashboard("/jobs?job=atoz/acc-1/10432");

    const drawer = await screen.findByRole("dialog", { name: TITLE });
    await waitFor(() => expect(drawer).toHaveTextContent(words));
  });
});
