import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { BotConfiguration } from "@/api/types";
import { aProblem } from "@/testing/fake-control-plane";
import { aConfiguration, aSession, SESSION_ID } from "@/testing/fixtures";
import { renderDashboard, startControlPlane } from "@/testing/render-dashboard";

const { plane } = startControlPlane();

const interval = () => screen.findByRole("textbox", { name: "Look at the board every" });
const save = () => screen.getByRole("button", { name: "Save" });
const saved = () => plane().requests("PUT", "/api/bot/configuration");
const kinds = (name: string) => screen.getByRole("group", { name });

async function type(user: ReturnType<typeof renderDashboard>["user"], field: HTMLElement, text: string) {
  await user.clear(field);
  await user.type(field, text);
}

describe("the settings", () => {
  it("show what is saved", async () => {
    plane();
    renderDashboard("/settings");

    expect(await interval()).toHaveValue("0.5 seconds");
    expect(screen.getByRole("textbox", { name: "Accept at most" })).toHaveValue("5 jobs");
    const wanted = within(kinds("Accept these kinds"));
    expect(wanted.getByRole("checkbox", { name: "Telephone Interpreting" })).toBeChecked();
    expect(wanted.getByRole("checkbox", { name: "BSL" })).not.toBeChecked();
    expect(
      screen.getByText("The bot accepts Telephone Interpreting and Video Interpreting and nothing else."),
    ).toBeVisible();
    expect(save()).toBeDisabled();
  });

  it("are saved and reported as taken up when the bot says so", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "2");
    expect(screen.getByText("You have changes that are not saved")).toBeVisible();
    await user.click(within(kinds("Accept these kinds")).getByRole("checkbox", { name: "BSL" }));

    await user.click(save());

    expect(await screen.findByText("Saved; telling the bot…")).toBeVisible();
    expect(saved()[0]?.body).toEqual({
      check_interval_seconds: 2,
      job_type_filter: ["Telephone Interpreting", "Video Interpreting", "BSL"],
    });
    plane().send("configuration_updated", { ...plane().configuration, session_id: SESSION_ID });
    expect(await screen.findByText("Saved; the bot took it up")).toBeVisible();
    expect(await interval()).toHaveValue("2 seconds");
  });

  it("are reported as taken up by the bot's sign of life where its word was missed", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await screen.findByText("Live");
    await type(user, await interval(), "2");
    await user.click(save());
    expect(await screen.findByText("Saved; telling the bot…")).toBeVisible();

    plane().send("status_update", aSession({ configuration_version: plane().configuration.version }));

    expect(await screen.findByText("Saved; the bot took it up")).toBeVisible();
  });

  it("wait for the next start where no bot runs", async () => {
    plane().session = aSession({ is_running: false, status: "stopped", wanted: "stopped" });
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "1");

    await user.click(save());

    expect(await screen.findByText("Saved; the bot will use it when it starts")).toBeVisible();
  });

  it("that were not touched are not sent", async () => {
    const grown = { ...aConfiguration().configuration, languages: ["Polish"], mode: "ask" as const };
    plane().configuration = { ...aConfiguration(), configuration: grown };
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "1");

    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(plane().configuration.configuration).toEqual({ ...grown, check_interval_seconds: 1 });
  });

  it("can be without a limit", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await interval();

    await user.click(screen.getByRole("switch", { name: "No limit" }));
    expect(screen.getByRole("textbox", { name: "Accept at most" })).toBeDisabled();
    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ max_accept_per_run: null });
  });

  it("can be undone before they are saved", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "7");

    await user.click(screen.getByRole("button", { name: "Discard changes" }));

    expect(await interval()).toHaveValue("0.5 seconds");
    expect(screen.queryByText("You have changes that are not saved")).not.toBeInTheDocument();
  });

  it("that are changed elsewhere appear, and do not touch what is being changed here", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "3");
    await screen.findByText("Live");

    const elsewhere: BotConfiguration = {
      ...aConfiguration().configuration,
      check_interval_seconds: 9,
      max_accept_per_run: 8,
    };
    plane().send("configuration_updated", { version: 4, configuration: elsewhere, session_id: null });

    await waitFor(() => expect(screen.getByRole("textbox", { name: "Accept at most" })).toHaveValue("8 jobs"));
    expect(await interval()).toHaveValue("3 seconds");
    await user.click(save());
    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ check_interval_seconds: 3 });
  });
});

describe("a setting that is wrong", () => {
  it("is said at its field before anything is sent", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    const field = await interval();
    await type(user, field, "0.1");

    await user.click(save());

    expect(field).toHaveAccessibleDescription(expect.stringContaining("Choose from 0.2 seconds to 3,600 seconds"));
    expect(field).toBeInvalid();
    expect(field).toHaveFocus();
    expect(saved()).toHaveLength(0);
  });

  it("is said for a kind that is wanted and excluded at the same time", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await interval();

    await user.click(within(kinds("Accept these kinds")).getByRole("checkbox", { name: "Face to Face" }));

    const contradiction = "Face to Face cannot be wanted and excluded at the same time; remove it from one list.";
    expect(kinds("Accept these kinds")).toHaveAccessibleDescription(expect.stringContaining(contradiction));
    expect(kinds("Never accept these kinds")).toHaveAccessibleDescription(expect.stringContaining(contradiction));
  });

  it("is said at its field in the control plane's words, and goes away when it is changed", async () => {
    plane().refusal = aProblem(422, "Some of the settings are not valid.", [
      { field: "check_interval_seconds", message: "This portal allows no less than 5 seconds." },
    ]);
    const { user } = renderDashboard("/settings");
    const field = await interval();
    await type(user, field, "1");

    await user.click(save());

    expect(await screen.findByText("This portal allows no less than 5 seconds.")).toBeVisible();
    expect(field).toBeInvalid();
    await waitFor(() => expect(field).toHaveFocus());
    expect(screen.getByText("Not saved: 1 field needs another look")).toBeVisible();
    await type(user, field, "6");
    expect(screen.queryByText("This portal allows no less than 5 seconds.")).not.toBeInTheDocument();
  });

  it("is said for the whole where it is about no field of the form", async () => {
    plane().refusal = aProblem(422, "The settings do not fit together.", [
      { field: "quiet_hours", message: "Quiet hours need an end." },
    ]);
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "1");

    await user.click(save());

    expect(await screen.findByRole("alert")).toHaveTextContent("The settings do not fit together.");
    expect(screen.getByText("Quiet hours need an end.")).toBeVisible();
  });
});

describe("a save that fails", () => {
  it("is said in the bar with the button, which is in sight", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "1");
    plane().isAway = true;

    await user.click(save());

    const note = await screen.findByText("Your settings were not saved");
    const bar = screen.getByTestId("actions");
    expect(bar).toContainElement(note);
    expect(bar).toHaveTextContent("Nothing was changed as far as this page knows; press the button again.");
    expect(bar).not.toHaveTextContent("by itself");
  });

  it("tells how many fields are wrong before anything is sent", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await user.clear(await interval());
    await user.clear(screen.getByRole("textbox", { name: "Accept at most" }));

    await user.click(save());

    expect(screen.getByTestId("actions")).toHaveTextContent("Not saved: 2 fields need another look");
    expect(screen.getByText("Choose a whole number from 0 to 10,000, or switch “No limit” on.")).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Accept at most" })).not.toHaveAttribute("placeholder");
  });

  it("leads to the field of a word list, not to a button in one of its words", async () => {
    plane().configuration = aConfiguration({ languages: ["Polish", "Urdu"] });
    plane().refusal = aProblem(422, "Nothing was changed.", [{ field: "languages.0", message: "No such language." }]);
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "1");

    await user.click(save());

    await screen.findByText("No such language.");
    await waitFor(() =>
      expect(
        screen.getByLabelText("Accept only these languages", { selector: "input:not([type=hidden])" }),
      ).toHaveFocus(),
    );
  });
});

describe("leaving with unsaved changes", () => {
  it("is asked about", async () => {
    plane();
    const { user, router } = renderDashboard("/settings");
    await type(user, await interval(), "4");

    const [jobsLink] = screen.getAllByRole("link", { name: "Jobs" });
    if (jobsLink === undefined) throw new Error("no link to the jobs");
    await user.click(jobsLink);
    expect(await screen.findByRole("dialog", { name: "Leave without saving?" })).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Stay here" }));
    expect(router.state.location.pathname).toBe("/settings");
    expect(await interval()).toHaveValue("4 seconds");

    await user.click(jobsLink);
    await user.click(await screen.findByRole("button", { name: "Leave without saving" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/jobs"));
  });
});

describe("the settings of a group", () => {
  const group = (name: RegExp) => screen.findByRole("button", { name });

  it("are a press away, and say in a line what is set", async () => {
    plane().configuration = aConfiguration({ languages: ["Polish", "Urdu"] });
    const { user } = renderDashboard("/settings");
    const languages = await group(/^Languages/);
    expect(languages).toHaveAccessibleName(/^Languages ?Only Polish or Urdu$/);
    expect(languages).toHaveAttribute("aria-expanded", "false");

    await user.click(languages);

    const wanted = await screen.findByRole("combobox", { name: "Accept only these languages" });
    await user.type(wanted, "Welsh{Enter}");
    expect(await group(/^Languages/)).toHaveAccessibleName(/Only Polish, Urdu or Welsh$/);
    await user.click(save());
    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ languages: ["Polish", "Urdu", "Welsh"] });
  });

  it("ask before a job is accepted, for as long as the owner says", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await interval();
    expect(screen.queryByRole("textbox", { name: "Wait for your answer" })).not.toBeInTheDocument();

    await user.click(screen.getByRole("radio", { name: "Ask me first" }));
    await type(user, screen.getByRole("textbox", { name: "Wait for your answer" }), "60");
    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ mode: "ask", offer_deadline_seconds: 60 });
  });

  it("take hours of the week", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await user.click(await group(/^Days and hours/));

    await user.click(screen.getAllByRole("button", { name: "Add hours" })[0] ?? document.body);
    await user.click(screen.getByRole("checkbox", { name: "Friday" }));
    fireEvent.change(screen.getByLabelText("To"), { target: { value: "13:30" } });
    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({
      weekly_hours: [{ days: ["monday", "tuesday", "wednesday", "thursday"], start: "09:00:00", end: "13:30:00" }],
    });
  });

  it("take days to keep free", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await user.click(await group(/^Dates/));

    const free = screen.getByRole("group", { name: "Keep these dates free" });
    await user.click(within(free).getByRole("button", { name: "Add days" }));
    fireEvent.change(within(free).getByLabelText("First day"), { target: { value: "2026-12-24" } });
    fireEvent.change(within(free).getByLabelText("Last day"), { target: { value: "2026-12-26" } });
    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ exclude_dates: [{ first: "2026-12-24", last: "2026-12-26" }] });
  });

  it("take words, and where to look for them", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await user.click(await group(/^Words in the job/));

    const avoided = screen.getByRole("group", { name: "Never accept a job that contains" });
    await user.click(within(avoided).getByRole("button", { name: "Add words" }));
    await user.type(within(avoided).getByRole("combobox", { name: "One of these words" }), "police,court,");
    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ words_excluded: [{ words: ["police", "court"], fields: [] }] });
  });

  it("put in order what is taken first", async () => {
    plane().configuration = aConfiguration({ prefer: ["soonest", "longest"] });
    const { user } = renderDashboard("/settings");
    await user.click(await group(/^When not everything/));

    await user.click(screen.getByRole("button", { name: "Move up: The longest job" }));
    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ prefer: ["longest", "soonest"] });
  });

  it("have limits where an empty field is none", async () => {
    plane().configuration = aConfiguration({ max_accept_per_day: 3 });
    const { user } = renderDashboard("/settings");
    await user.click(await group(/^Limits for a day/));

    await user.clear(screen.getByRole("textbox", { name: "Jobs a day" }));
    await type(user, screen.getByRole("textbox", { name: "Hours a week" }), "20");
    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ max_accept_per_day: null, max_accept_hours_per_week: 20 });
  });

  it("show a part as per cent and save it as a part", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    await user.click(await group(/^Pace/));
    const jitter = screen.getByRole("textbox", { name: "Vary the time between two looks by" });
    expect(jitter).toHaveValue("10 %");

    await type(user, jitter, "25");
    await user.click(save());

    await screen.findByText(/Saved;/);
    expect(saved()[0]?.body).toEqual({ jitter: 0.25 });
  });

  it("open where the control plane finds something wrong in an entry, and the field has the focus", async () => {
    plane().configuration = aConfiguration({
      weekly_hours: [{ days: ["monday"], start: "09:00:00", end: "17:00:00" }],
    });
    plane().refusal = aProblem(422, "Nothing was changed.", [
      { field: "weekly_hours.0.end", message: "The portal closes at 16:00." },
    ]);
    const { user } = renderDashboard("/settings");
    await type(user, await interval(), "1");

    await user.click(save());

    expect(await screen.findByText("The portal closes at 16:00.")).toBeVisible();
    await waitFor(() => expect(screen.getByLabelText("To")).toHaveFocus());
    expect(await group(/^Days and hours/)).toHaveAccessibleName(/Something here needs correcting\.$/);
  });

  it("open where something is wrong before it is sent", async () => {
    plane();
    const { user } = renderDashboard("/settings");
    const dates = await group(/^Dates/);
    await user.click(dates);
    await user.click(screen.getAllByRole("button", { name: "Add days" })[0] ?? document.body);
    await user.click(dates);

    await user.click(save());

    expect(await screen.findByText("Choose a first day, a last day, or both.")).toBeVisible();
    await waitFor(() => expect(screen.getByLabelText("First day")).toHaveFocus());
    expect(saved()).toHaveLength(0);
  });
});
