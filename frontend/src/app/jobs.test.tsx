import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { aJob, aLostJob, aRejectedJob, minutesAgo } from "@/testing/fixtures";
import { renderDashboard, startControlPlane } from "@/testing/render-dashboard";

const { plane } = startControlPlane();

const rows = async () => (await screen.findAllByRole("row")).slice(1);
const lastQuery = () => plane().requests("GET", "/api/bot/jobs").at(-1)?.query;

describe("the jobs table", () => {
  it.each([
    ["accepted", "Accepted"],
    ["rejected", "Did not match"],
    ["lost", "Lost"],
    ["unknown", "Checking"],
    ["taken_back", "Taken back"],
    ["pending", "In progress"],
    ["declined", "Declined"],
  ] as const)("calls the status %s “%s”", async (status, label) => {
    plane().jobs = [aJob({ status })];
    renderDashboard("/jobs");

    expect(within(await screen.findByRole("table")).getByText(label)).toBeVisible();
  });

  it("says what became of each job", async () => {
    plane().jobs = [
      aJob({ job_number: "3", seen_at: minutesAgo(1) }),
      aLostJob({ job_number: "2", seen_at: minutesAgo(2) }),
      aRejectedJob({ job_number: "1", seen_at: minutesAgo(3) }),
    ];
    renderDashboard("/jobs");

    const [accepted, lost, rejected] = await rows();
    expect(accepted).toHaveTextContent("Polish, Telephone Interpreting");
    expect(accepted).toHaveTextContent("Wed, 25 Nov 2026, 09:30");
    expect(accepted).toHaveTextContent("Yours 0.42 s after the bot saw it.");
    expect(lost).toHaveTextContent("The portal shows it as cancelled.");
    expect(rejected).toHaveTextContent("Face to Face is not one of the kinds you want.");
  });

  it("brings older jobs page by page", async () => {
    plane().pageSize = 2;
    plane().jobs = [1, 2, 3, 4, 5].map((index) =>
      aJob({ job_number: String(index), seen_at: new Date(Date.now() - index * 60_000).toISOString() }),
    );
    const { user } = renderDashboard("/jobs");
    expect(await rows()).toHaveLength(2);

    await user.click(screen.getByRole("button", { name: "Show more jobs" }));
    await waitFor(async () => expect(await rows()).toHaveLength(4));
    await user.click(screen.getByRole("button", { name: "Show more jobs" }));
    await waitFor(async () => expect(await rows()).toHaveLength(5));

    expect(screen.queryByRole("button", { name: "Show more jobs" })).not.toBeInTheDocument();
    expect(screen.getByText("5 jobs shown")).toBeVisible();
  });

  it("shows new and changed jobs as they come, each once", async () => {
    plane().jobs = [aJob({ status: "pending", claim_state: "submitted", confirmed_at: null })];
    renderDashboard("/jobs");
    await within(await screen.findByRole("table")).findByText("In progress");
    await screen.findByText("Live");

    plane().send("job_processed", aJob());
    plane().send("job_processed", aJob({ job_number: "2", language: "Urdu", seen_at: new Date().toISOString() }));

    await waitFor(async () => expect(await rows()).toHaveLength(2));
    expect((await rows())[0]).toHaveTextContent("Urdu");
    expect(within(screen.getByRole("table")).queryByText("In progress")).not.toBeInTheDocument();
  });

  it("leaves out a live job that does not fit the filters", async () => {
    plane().jobs = [aJob()];
    renderDashboard("/jobs?language=Polish");
    await rows();
    await screen.findByText("Live");

    plane().send("job_processed", aJob({ job_number: "2", language: "Urdu", seen_at: new Date().toISOString() }));
    plane().send("job_processed", aJob({ job_number: "3", language: "Polish", seen_at: new Date().toISOString() }));

    await waitFor(async () => expect(await rows()).toHaveLength(2));
    expect(within(screen.getByRole("table")).queryByText(/Urdu/)).not.toBeInTheDocument();
  });

  it("says when nothing fits the filters, and offers the way back", async () => {
    plane().jobs = [aJob()];
    const { user } = renderDashboard("/jobs?status=lost");

    await user.click(await screen.findByRole("button", { name: "Show all jobs" }));

    expect(await rows()).toHaveLength(1);
  });
});

describe("an approved offer", () => {
  it("is told without a speed: it waited for its owner", async () => {
    plane().jobs = [aJob({ offer_expires_at: minutesAgo(0) })];
    renderDashboard("/jobs");
    const [row] = await rows();

    expect(row).toHaveTextContent("Yours after you approved it.");
  });
});

describe("a job that was rejected on the portal", () => {
  it("says so", async () => {
    plane().jobs = [aRejectedJob({ portal_status: "rejected" })];
    renderDashboard("/jobs");
    const [row] = await rows();

    expect(row).toHaveTextContent("Rejected by you");
  });
});

describe("the filters", () => {
  it("stand in the address and are asked of the API", async () => {
    plane().jobs = [aJob()];
    renderDashboard(
      "/jobs?status=accepted&language=Polish&kind=Telephone%20Interpreting&search=104&from=2026-07-01&to=2026-07-02",
    );

    await waitFor(() => expect(lastQuery()).toBeDefined());
    const query = plane()
      .requests("GET", "/api/bot/jobs")
      .find((asked) => asked.query.has("search"))?.query;
    expect(query?.getAll("status")).toEqual(["accepted"]);
    expect(query?.get("language")).toBe("Polish");
    expect(query?.get("kind")).toBe("Telephone Interpreting");
    expect(query?.get("search")).toBe("104");
    // British Summer Time: the London day begins at 23:00 UTC.
    expect(query?.get("since")).toBe("2026-06-30T23:00:00.000Z");
    expect(query?.get("until")).toBe("2026-07-02T23:00:00.000Z");
  });

  it("search while one types, without a request for every letter", async () => {
    plane().jobs = [aJob({ reference: "10432/atoz" }), aJob({ job_number: "2", reference: "20000/atoz" })];
    const { user, router } = renderDashboard("/jobs");
    expect(await rows()).toHaveLength(2);

    await user.type(screen.getByRole("searchbox", { name: "Search" }), "10432");

    await waitFor(async () => expect(await rows()).toHaveLength(1));
    expect(router.state.location.search).toEqual({ search: "10432" });
    expect(
      plane()
        .requests("GET", "/api/bot/jobs")
        .filter(({ query }) => query.has("search")),
    ).toHaveLength(1);
  });

  it("narrow by outcome and are cleared together", async () => {
    plane().jobs = [aJob(), aLostJob({ job_number: "2" })];
    const { user, router } = renderDashboard("/jobs");
    expect(await rows()).toHaveLength(2);

    await user.click(screen.getByRole("combobox", { name: "Outcome" }));
    await user.click(await screen.findByRole("option", { name: "Lost", hidden: true }));
    await waitFor(async () => expect(await rows()).toHaveLength(1));

    await user.click(screen.getByRole("button", { name: "Clear" }));
    await waitFor(async () => expect(await rows()).toHaveLength(2));
    expect(router.state.location.search).toEqual({});
  });

  it("clear what was typed, too", async () => {
    plane().jobs = [aJob({ reference: "10432/atoz" }), aJob({ job_number: "2", reference: "20000/atoz" })];
    const { user } = renderDashboard("/jobs?search=10432");
    await waitFor(async () => expect(await rows()).toHaveLength(1));

    await user.click(screen.getByRole("button", { name: "Clear" }));

    await waitFor(async () => expect(await rows()).toHaveLength(2));
    expect(screen.getByRole("searchbox", { name: "Search" })).toHaveValue("");
  });

  it("ignore what somebody mistyped in the address", async () => {
    plane().jobs = [aJob()];
    renderDashboard("/jobs?status=nonsense&from=yesterday");

    expect(await rows()).toHaveLength(1);
    expect(lastQuery()?.has("status")).toBe(false);
    expect(lastQuery()?.has("since")).toBe(false);
  });
});

describe("the filters when the address changes by something else", () => {
  it("follow it: the way back, a link, or everything shown again", async () => {
    plane().jobs = [aJob()];
    const { user, router } = renderDashboard("/jobs?search=zebra&from=2026-11-01&to=2026-11-05");
    const search = () => screen.findByRole("searchbox", { name: "Search" });
    expect(await search()).toHaveValue("zebra");
    expect(screen.getByRole("button", { name: /Seen on/ })).toHaveTextContent("1 Nov 2026 – 5 Nov 2026");

    await user.click(await screen.findByRole("button", { name: "Show all jobs" }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
    expect(await search()).toHaveValue("");
    expect(screen.getByRole("button", { name: /Seen on/ })).toHaveTextContent("Any day");

    await act(() =>
      router.navigate({ to: "/jobs", search: { search: "Polish", from: "2026-11-03", to: "2026-11-04" } }),
    );
    await waitFor(async () => expect(await search()).toHaveValue("Polish"));
    expect(screen.getByRole("button", { name: /Seen on/ })).toHaveTextContent("3 Nov 2026 – 4 Nov 2026");
  });

  it.each([
    ["only a last day", "to=2026-11-05", "Until Thu, 5 Nov 2026", { to: "2026-11-05" }],
    ["days in the wrong order", "from=2026-11-05&to=2026-11-01", "1 Nov 2026 – 5 Nov 2026", undefined],
    ["a day that does not exist", "from=2026-02-31", "Any day", {}],
  ])("show %s as it is used", async (_, query, shown, asked) => {
    plane().jobs = [aJob()];
    renderDashboard(`/jobs?${query}`);

    expect(await screen.findByRole("button", { name: /Seen on/ })).toHaveTextContent(shown);
    await waitFor(() => expect(plane().requests("GET", "/api/bot/jobs").length).toBeGreaterThan(0));
    const until = plane()
      .requests("GET", "/api/bot/jobs")
      .some(({ query: sent }) => sent.has("until"));
    expect(until).toBe(asked === undefined || "to" in asked);
    if (query.startsWith("to")) expect(screen.getByRole("button", { name: "Filters (1)" })).toBeVisible();
  });
});

describe("a job's drawer", () => {
  it("tells what happened, how fast, why, and what the job is", async () => {
    plane().jobs = [aJob({ seen_at: "2026-11-20T10:42:07.100Z" })];
    const { user } = renderDashboard("/jobs");

    await user.click(await screen.findByRole("button", { name: "Polish, Telephone Interpreting" }));

    const drawer = await screen.findByRole("dialog", { name: "Polish, Telephone Interpreting" });
    expect(drawer).toHaveTextContent(
      "Accepted 0.42 s after the bot saw it. The bot looked again later: it was still yours.",
    );
    expect(drawer).toHaveTextContent("Seen on the board10:42:07.100");
    expect(drawer).toHaveTextContent("Decided 61 ms later10:42:07.161");
    expect(drawer).toHaveTextContent("Accept sent 13 ms later10:42:07.174");
    expect(drawer).toHaveTextContent("The portal showed it as yours 0.35 s later10:42:07.520");
    const why = within(drawer).getByRole("region", { name: "Why" });
    expect(within(why).getAllByRole("img", { name: "Yes" })).toHaveLength(4);
    expect(why).toHaveTextContent("Telephone Interpreting is one of the kinds you want.");
    expect(within(drawer).getByRole("region", { name: "The job" })).toHaveTextContent("CompanyNorthgate Health Trust");
    expect(within(drawer).getByRole("link", { name: "Open on the portal" })).toHaveAttribute(
      "href",
      "https://portal.example/interpreter-jobs/10432",
    );
  });

  it("says which rules said no", async () => {
    plane().jobs = [aRejectedJob()];
    const { user } = renderDashboard("/jobs");

    await user.click(await screen.findByRole("button", { name: "Polish, Face to Face" }));

    const why = within(await screen.findByRole("dialog")).getByRole("region", { name: "Why" });
    expect(why).toHaveTextContent("At least one of your settings says no.");
    expect(within(why).getAllByRole("img", { name: "No" })).toHaveLength(2);
    expect(within(why).getAllByRole("img", { name: "Yes" })).toHaveLength(2);
    expect(why).toHaveTextContent("You exclude Face to Face.");
  });

  it("says why a job was lost, in the portal's words too", async () => {
    plane().jobs = [aLostJob({ loss_reason: "refused", loss_detail: "“You cannot accept this job”" })];
    renderDashboard("/jobs?job=atoz/acc-1/10432");

    const drawer = await screen.findByRole("dialog", { name: "Polish, Telephone Interpreting" });
    expect(drawer).toHaveTextContent("The portal refused. “You cannot accept this job”");
    expect(drawer).toHaveTextContent("The portal showed that it is not yours");
  });

  it("opens by keyboard, closes with Escape and gives the focus back", async () => {
    plane().jobs = [aJob()];
    const { user } = renderDashboard("/jobs");
    const opener = await screen.findByRole("button", { name: "Polish, Telephone Interpreting" });

    opener.focus();
    await user.keyboard("{Enter}");
    await screen.findByRole("dialog", { name: "Polish, Telephone Interpreting" });
    await user.keyboard("{Escape}");

    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    await waitFor(() => expect(opener).toHaveFocus());
  });

  it("follows the job while it is open", async () => {
    plane().jobs = [aJob({ status: "unknown", claim_state: "unknown", confirmed_at: null })];
    renderDashboard("/?job=atoz/acc-1/10432");
    const drawer = await screen.findByRole("dialog", { name: "Polish, Telephone Interpreting" });
    expect(drawer).toHaveTextContent("the portal has not said what came of it");
    await screen.findByText("Live");

    plane().send("job_processed", aJob({ updated_at: new Date().toISOString() }));

    await waitFor(() => expect(drawer).toHaveTextContent("it was still yours"));
  });

  it("does not make a link of what is none", async () => {
    // The portal's text is not ours: an address that would run a script is not offered.
    plane().jobs = [aJob({ page_url: ["javascript", "alert(1)"].join(":") })];
    renderDashboard("/jobs?job=atoz/acc-1/10432");

    await screen.findByRole("dialog", { name: "Polish, Telephone Interpreting" });
    expect(screen.queryByRole("link", { name: "Open on the portal" })).not.toBeInTheDocument();
  });

  it("says when there is no such job", async () => {
    plane();
    renderDashboard("/jobs?job=atoz/acc-1/999");

    expect(await screen.findByText("There is no such job")).toBeInTheDocument();
  });
});
