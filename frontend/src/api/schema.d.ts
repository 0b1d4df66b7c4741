// Generated from backend/openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health
         * @description The control plane in one word; answers 200 also when degraded.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/detailed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Detailed Health
         * @description The control plane, part by part, with what to do.
         */
        get: operations["getDetailedHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Status
         * @description How the current session stands.
         */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/toggle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Toggle
         * @description Stop the current session where it is wanted running or alive; start a new one where not.
         */
        post: operations["toggleBot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start
         * @description Start a new session; where one runs already, say so and change nothing.
         */
        post: operations["startBot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop
         * @description Stop a session: it finishes the claim under way and ends.
         */
        post: operations["stopBot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause
         * @description Let a session stay signed in and watch nothing.
         */
        post: operations["pauseBot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume
         * @description Let a paused session watch again.
         */
        post: operations["resumeBot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sessions
         * @description All sessions, newest first.
         */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Jobs
         * @description Jobs, newest first.
         */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/jobs/{job_number}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve
         * @description Tell the bot to take a job that it offers. Whether it got the job comes over the websocket.
         */
        post: operations["approveOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/jobs/{job_number}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decline
         * @description Tell the bot to leave a job that it offers.
         */
        post: operations["declineOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Snapshot
         * @description Have the bot keep a picture and the HTML of what the portal shows now.
         */
        post: operations["takeSnapshot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/dashboard/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description Today in numbers.
         */
        get: operations["getDashboardMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/analytics/periods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Periods
         * @description Hour by hour, at most 31 days at once.
         */
        get: operations["listAnalyticsPeriods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Configuration
         * @description The settings as they are saved.
         */
        get: operations["getConfiguration"];
        /**
         * Save Configuration
         * @description Save settings; every running bot works with them within a second.
         */
        put: operations["saveConfiguration"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Logs
         * @description Log lines, newest first.
         */
        get: operations["listLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/events/parked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Parked
         * @description Events that could not be read or stored, the newest first, with the reason and what they say.
         */
        get: operations["listParkedEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/events/parked/{entry_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry
         * @description Send a parked event again, for instance after an upgrade that can read it.
         */
        post: operations["retryParkedEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bot/events/parked/{entry_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete
         * @description Throw a parked event away for good.
         */
        delete: operations["deleteParkedEvent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AnalyticsPeriod
         * @description One hour of one account.
         */
        AnalyticsPeriod: {
            /**
             * Period Start
             * Format: date-time
             * @description The full hour, UTC.
             */
            period_start: string;
            /** Account Id */
            account_id: string;
            /** Checks */
            checks: number;
            /** Jobs Seen */
            jobs_seen: number;
            /** Jobs Accepted */
            jobs_accepted: number;
            /** Jobs Rejected */
            jobs_rejected: number;
            /** Jobs Lost */
            jobs_lost: number;
            /**
             * Languages
             * @description Language -> new jobs.
             */
            languages: {
                [key: string]: number;
            };
        };
        /**
         * AnalyticsPeriods
         * @description Hours, oldest first; an hour in which nothing happened is left out.
         */
        AnalyticsPeriods: {
            /** Items */
            items: components["schemas"]["AnalyticsPeriod"][];
        };
        /**
         * BotActionResult
         * @description What an action did, and how the session stands now.
         */
        BotActionResult: {
            /**
             * Message
             * @description In words for the owner.
             */
            message: string;
            status: components["schemas"]["SessionStatus"];
        };
        /**
         * BotConfiguration
         * @description How a bot watches and what it accepts.
         *
         *     A rule that is left as it is restricts nothing; an empty list means "any".
         */
        BotConfiguration: {
            mode: components["schemas"]["Mode"];
            /**
             * Offer Deadline Seconds
             * @description In mode ``ask``: how long an offer waits for the owner's approval.
             */
            offer_deadline_seconds: number;
            /**
             * Reject Excluded
             * @description Reject jobs of excluded kinds on the portal, so that they leave its board; they are gone for good then.
             */
            reject_excluded: boolean;
            /**
             * Check Interval Seconds
             * @description Seconds between the starts of two polls of the board.
             */
            check_interval_seconds: number;
            /**
             * Jitter
             * @description Part of the interval by which a poll starts earlier or later, half of it to each side.
             */
            jitter: number;
            /**
             * Follow Rhythm
             * @description Poll more often in the hours and minutes in which this portal was seen to post, less often in the others.
             */
            follow_rhythm: boolean;
            /**
             * Requests Per Minute
             * @description Most requests to the portal in any minute; polls of the board wait for it, an accept never does.
             */
            requests_per_minute: number;
            /**
             * Opening Hours
             * @description The portal is watched within these hours; empty means always.
             */
            opening_hours: components["schemas"]["WeeklyHours"][];
            lane: components["schemas"]["LaneChoice"];
            browser: components["schemas"]["BrowserUse"];
            /**
             * Max Accept Per Run
             * @description Most jobs accepted in one session from start to stop, also over a crash; null for no cap.
             */
            max_accept_per_run: number | null;
            /**
             * Job Type Filter
             * @description Kinds that are accepted; empty means every kind that is not excluded.
             */
            job_type_filter: string[];
            /**
             * Exclude Types
             * @description Kinds that are never accepted.
             */
            exclude_types: string[];
            /**
             * Required Fields
             * @description A job is only accepted when the portal shows all of these.
             */
            required_fields: ("reference" | "submitted_on" | "appointment_date" | "appointment_time" | "duration_minutes" | "language" | "kind" | "company_name" | "client_name" | "postcode")[];
            /**
             * Languages
             * @description Languages that are accepted; empty means any.
             */
            languages: string[];
            /**
             * Exclude Languages
             * @description Languages that are never accepted.
             */
            exclude_languages: string[];
            /**
             * Dates
             * @description The appointment is on one of these dates; empty means any.
             */
            dates: components["schemas"]["DateSpan"][];
            /**
             * Exclude Dates
             * @description The appointment touches none of these dates.
             */
            exclude_dates: components["schemas"]["DateSpan"][];
            /**
             * Weekly Hours
             * @description The whole appointment lies within these hours; empty means any hour.
             */
            weekly_hours: components["schemas"]["WeeklyHours"][];
            /**
             * Minimum Notice Minutes
             * @description At least so long from now to the start.
             */
            minimum_notice_minutes: number | null;
            /**
             * Shortest Minutes
             * @description A shorter job is not accepted.
             */
            shortest_minutes: number | null;
            /**
             * Longest Minutes
             * @description A longer job is not accepted.
             */
            longest_minutes: number | null;
            /**
             * Places
             * @description Postcode areas (``M``, ``SW1``) or names of places in the address; one is enough. Jobs to which nobody travels
             *     are not asked.
             */
            places: string[];
            /**
             * Exclude Places
             * @description Postcode areas or names of places that are never accepted.
             */
            exclude_places: string[];
            /**
             * Words Wanted
             * @description Each of these must be found in the job.
             */
            words_wanted: components["schemas"]["WordRule"][];
            /**
             * Words Excluded
             * @description None of these may be found in the job.
             */
            words_excluded: components["schemas"]["WordRule"][];
            /**
             * Clients
             * @description Words of the company's or the client's name; one is enough.
             */
            clients: string[];
            /**
             * Exclude Clients
             * @description Words of the names of companies and clients that are never accepted.
             */
            exclude_clients: string[];
            /**
             * Gap Around Jobs Minutes
             * @description Free time between two jobs.
             */
            gap_around_jobs_minutes: number;
            /**
             * Gap Around Events Minutes
             * @description Free time between a job and an entry of the owner's calendars.
             */
            gap_around_events_minutes: number;
            /**
             * Max Accept Per Pass
             * @description Most jobs accepted in one poll of the board.
             */
            max_accept_per_pass: number | null;
            /**
             * Max Accept Per Day
             * @description Most jobs on the day of an appointment, those included that are held already.
             */
            max_accept_per_day: number | null;
            /**
             * Max Accept Hours Per Day
             * @description Most hours of work on the day of an appointment.
             */
            max_accept_hours_per_day: number | null;
            /**
             * Max Accept Per Week
             * @description Most jobs in the week of an appointment, Monday to Sunday.
             */
            max_accept_per_week: number | null;
            /**
             * Max Accept Hours Per Week
             * @description Most hours of work in the week of an appointment, Monday to Sunday.
             */
            max_accept_hours_per_week: number | null;
            /**
             * Prefer
             * @description What is taken first when not everything can be taken; the first counts most.
             */
            prefer: components["schemas"]["Preference"][];
        };
        /**
         * BrowserUse
         * @description What becomes of the browser when it is not needed.
         * @enum {string}
         */
        BrowserUse: "sleep" | "stay";
        /**
         * ClaimState
         * @description How far a claim got. The transitions are data in ``bot.domain.claim``.
         * @enum {string}
         */
        ClaimState: "matched" | "offered" | "approved" | "declined" | "expired" | "intended" | "submitted" | "confirmed" | "lost" | "unknown" | "held" | "taken_back";
        /**
         * CommandSent
         * @description The bot was told; what comes of it is told over the websocket.
         */
        CommandSent: {
            /**
             * Message
             * @description In words for the owner.
             */
            message: string;
            /**
             * Session Id
             * @description The session that was told.
             */
            session_id: string;
        };
        /**
         * ConfigurationChange
         * @description Any part of the settings; one that is left out keeps its saved value.
         */
        ConfigurationChange: {
            mode?: components["schemas"]["Mode"];
            /**
             * Offer Deadline Seconds
             * @description In mode ``ask``: how long an offer waits for the owner's approval.
             */
            offer_deadline_seconds?: number;
            /**
             * Reject Excluded
             * @description Reject jobs of excluded kinds on the portal, so that they leave its board; they are gone for good then.
             */
            reject_excluded?: boolean;
            /**
             * Check Interval Seconds
             * @description Seconds between the starts of two polls of the board.
             */
            check_interval_seconds?: number;
            /**
             * Jitter
             * @description Part of the interval by which a poll starts earlier or later, half of it to each side.
             */
            jitter?: number;
            /**
             * Follow Rhythm
             * @description Poll more often in the hours and minutes in which this portal was seen to post, less often in the others.
             */
            follow_rhythm?: boolean;
            /**
             * Requests Per Minute
             * @description Most requests to the portal in any minute; polls of the board wait for it, an accept never does.
             */
            requests_per_minute?: number;
            /**
             * Opening Hours
             * @description The portal is watched within these hours; empty means always.
             */
            opening_hours?: components["schemas"]["WeeklyHoursChange"][];
            lane?: components["schemas"]["LaneChoice"];
            browser?: components["schemas"]["BrowserUse"];
            /**
             * Max Accept Per Run
             * @description Most jobs accepted in one session from start to stop, also over a crash; null for no cap.
             */
            max_accept_per_run?: number | null;
            /**
             * Job Type Filter
             * @description Kinds that are accepted; empty means every kind that is not excluded.
             */
            job_type_filter?: string[];
            /**
             * Exclude Types
             * @description Kinds that are never accepted.
             */
            exclude_types?: string[];
            /**
             * Required Fields
             * @description A job is only accepted when the portal shows all of these.
             */
            required_fields?: ("reference" | "submitted_on" | "appointment_date" | "appointment_time" | "duration_minutes" | "language" | "kind" | "company_name" | "client_name" | "postcode")[];
            /**
             * Languages
             * @description Languages that are accepted; empty means any.
             */
            languages?: string[];
            /**
             * Exclude Languages
             * @description Languages that are never accepted.
             */
            exclude_languages?: string[];
            /**
             * Dates
             * @description The appointment is on one of these dates; empty means any.
             */
            dates?: components["schemas"]["DateSpanChange"][];
            /**
             * Exclude Dates
             * @description The appointment touches none of these dates.
             */
            exclude_dates?: components["schemas"]["DateSpanChange"][];
            /**
             * Weekly Hours
             * @description The whole appointment lies within these hours; empty means any hour.
             */
            weekly_hours?: components["schemas"]["WeeklyHoursChange"][];
            /**
             * Minimum Notice Minutes
             * @description At least so long from now to the start.
             */
            minimum_notice_minutes?: number | null;
            /**
             * Shortest Minutes
             * @description A shorter job is not accepted.
             */
            shortest_minutes?: number | null;
            /**
             * Longest Minutes
             * @description A longer job is not accepted.
             */
            longest_minutes?: number | null;
            /**
             * Places
             * @description Postcode areas (``M``, ``SW1``) or names of places in the address; one is enough. Jobs to which nobody travels
             *     are not asked.
             */
            places?: string[];
            /**
             * Exclude Places
             * @description Postcode areas or names of places that are never accepted.
             */
            exclude_places?: string[];
            /**
             * Words Wanted
             * @description Each of these must be found in the job.
             */
            words_wanted?: components["schemas"]["WordRuleChange"][];
            /**
             * Words Excluded
             * @description None of these may be found in the job.
             */
            words_excluded?: components["schemas"]["WordRuleChange"][];
            /**
             * Clients
             * @description Words of the company's or the client's name; one is enough.
             */
            clients?: string[];
            /**
             * Exclude Clients
             * @description Words of the names of companies and clients that are never accepted.
             */
            exclude_clients?: string[];
            /**
             * Gap Around Jobs Minutes
             * @description Free time between two jobs.
             */
            gap_around_jobs_minutes?: number;
            /**
             * Gap Around Events Minutes
             * @description Free time between a job and an entry of the owner's calendars.
             */
            gap_around_events_minutes?: number;
            /**
             * Max Accept Per Pass
             * @description Most jobs accepted in one poll of the board.
             */
            max_accept_per_pass?: number | null;
            /**
             * Max Accept Per Day
             * @description Most jobs on the day of an appointment, those included that are held already.
             */
            max_accept_per_day?: number | null;
            /**
             * Max Accept Hours Per Day
             * @description Most hours of work on the day of an appointment.
             */
            max_accept_hours_per_day?: number | null;
            /**
             * Max Accept Per Week
             * @description Most jobs in the week of an appointment, Monday to Sunday.
             */
            max_accept_per_week?: number | null;
            /**
             * Max Accept Hours Per Week
             * @description Most hours of work in the week of an appointment, Monday to Sunday.
             */
            max_accept_hours_per_week?: number | null;
            /**
             * Prefer
             * @description What is taken first when not everything can be taken; the first counts most.
             */
            prefer?: components["schemas"]["Preference"][];
        };
        /**
         * ConfigurationChanged
         * @description The owner saved a configuration, or a bot took it up.
         */
        ConfigurationChanged: {
            /** Version */
            version: number;
            configuration: components["schemas"]["BotConfiguration"];
            /**
             * Session Id
             * @description The bot that took it up; null when the owner saved it.
             */
            session_id: string | null;
        };
        /**
         * ConfigurationUpdatedMessage
         * @description The configuration changed.
         */
        ConfigurationUpdatedMessage: {
            /**
             * Timestamp
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "configuration_updated";
            data: components["schemas"]["ConfigurationChanged"];
        };
        /**
         * ConnectionEstablished
         * @description The first message on every connection.
         */
        ConnectionEstablished: {
            /**
             * Server Time
             * Format: date-time
             */
            server_time: string;
            /** Version */
            version: string;
        };
        /**
         * ConnectionEstablishedMessage
         * @description Say hello.
         */
        ConnectionEstablishedMessage: {
            /**
             * Timestamp
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "connection_established";
            data: components["schemas"]["ConnectionEstablished"];
        };
        /**
         * CycleCompleteMessage
         * @description A pass over the board was completed.
         */
        CycleCompleteMessage: {
            /**
             * Timestamp
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "cycle_complete";
            data: components["schemas"]["CycleCompleted"];
        };
        /**
         * CycleCompleted
         * @description One pass over the board.
         */
        CycleCompleted: {
            /** Session Id */
            session_id: string;
            /** Duration Ms */
            duration_ms: number;
            /** Pages */
            pages: number;
            /** Jobs On Board */
            jobs_on_board: number;
            /** New Jobs */
            new_jobs: number;
            /** Total Checks */
            total_checks: number;
            /** Total Accepted */
            total_accepted: number;
            /** Total Rejected */
            total_rejected: number;
            /** Total Lost */
            total_lost: number;
        };
        /**
         * DashboardMetrics
         * @description Today in numbers; "today" is the calendar day in Europe/London.
         */
        DashboardMetrics: {
            /**
             * Active Sessions
             * @description Sessions whose bot gives signs of life.
             */
            active_sessions: number;
            /**
             * Total Jobs Today
             * @description Jobs that a bot saw for the first time today.
             */
            total_jobs_today: number;
            /**
             * Accepted Today
             * @description Jobs that the portal confirmed as ours today.
             */
            accepted_today: number;
            /**
             * Acceptance Rate Today
             * @description Of the jobs settled today (accepted, rejected, lost) the accepted part; 0 where none.
             */
            acceptance_rate_today: number;
            /**
             * Most Active Language
             * @description The language of most of today's new jobs.
             */
            most_active_language: string | null;
            /**
             * Bot Uptime Hours
             * @description How long the current session has been running; 0 while none is.
             */
            bot_uptime_hours: number;
            /**
             * Last Activity
             * @description When a bot last reported anything.
             */
            last_activity: string | null;
        };
        /**
         * DateSpan
         * @description From one calendar date to another, both included; null is open.
         */
        DateSpan: {
            /** First */
            first: string | null;
            /** Last */
            last: string | null;
        };
        /**
         * DateSpanChange
         * @description From one calendar date to another, both included; null is open.
         */
        DateSpanChange: {
            /** First */
            first?: string | null;
            /** Last */
            last?: string | null;
        };
        /**
         * DetailedHealth
         * @description The control plane, part by part.
         */
        DetailedHealth: {
            status: components["schemas"]["HealthStatus"];
            /** Version */
            version: string;
            /** Checks */
            checks: components["schemas"]["HealthCheck"][];
        };
        /**
         * ErrorMessage
         * @description An error to show.
         */
        ErrorMessage: {
            /**
             * Timestamp
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "error";
            data: components["schemas"]["ErrorShown"];
        };
        /**
         * ErrorShown
         * @description Something went wrong that the owner should know of.
         */
        ErrorShown: {
            /** Session Id */
            session_id: string;
            /** Code */
            code: string;
            /** Message */
            message: string;
            /** What To Do */
            what_to_do: string;
            /**
             * Fatal
             * @description The session ended because of it.
             */
            fatal: boolean;
        };
        /**
         * FieldProblem
         * @description What is wrong with one field of the input.
         */
        FieldProblem: {
            /** Field */
            field: string;
            /** Message */
            message: string;
        };
        /**
         * Given
         * @description Where a job stands that is ours, or was, without an accept of the bot.
         * @enum {string}
         */
        Given: "ours" | "taken_back";
        /**
         * Health
         * @description The control plane in one word.
         */
        Health: {
            status: components["schemas"]["HealthStatus"];
            /** Version */
            version: string;
        };
        /**
         * HealthCheck
         * @description One thing that was looked at.
         */
        HealthCheck: {
            /** Name */
            name: string;
            /** Ok */
            ok: boolean;
            /**
             * Seen
             * @description What was found, in words.
             */
            seen: string;
            /**
             * What To Do
             * @description Null where nothing is to be done.
             */
            what_to_do: string | null;
        };
        /**
         * HealthStatus
         * @description Whether everything that the control plane needs is there.
         * @enum {string}
         */
        HealthStatus: "ok" | "degraded";
        /**
         * JobPage
         * @description Jobs, newest first.
         */
        JobPage: {
            /** Items */
            items: components["schemas"]["JobRecord"][];
            /**
             * Next Cursor
             * @description Give it back as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
        };
        /**
         * JobProcessedMessage
         * @description Something about a job changed.
         */
        JobProcessedMessage: {
            /**
             * Timestamp
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "job_processed";
            data: components["schemas"]["JobRecord"];
        };
        /**
         * JobRecord
         * @description One job of one account: what it is, how it was weighed, what became of it.
         */
        JobRecord: {
            /** Job Number */
            job_number: string;
            /** Reference */
            reference: string;
            /** Portal Id */
            portal_id: string;
            /** Submitted On */
            submitted_on: string | null;
            /** Appointment Date */
            appointment_date: string | null;
            /** Appointment Time */
            appointment_time: string | null;
            /** Starts At */
            starts_at: string | null;
            /** Duration Minutes */
            duration_minutes: number | null;
            /** Language */
            language: string | null;
            /** Kind */
            kind: string | null;
            /** Portal Status */
            portal_status: string;
            action: components["schemas"]["PortalAction"];
            /** Company Name */
            company_name: string | null;
            /** Client Name */
            client_name: string | null;
            /** Client Reference */
            client_reference: string | null;
            /** Qualification */
            qualification: string | null;
            /** Security Check */
            security_check: string | null;
            /** Gender */
            gender: string | null;
            /** Address */
            address: string | null;
            /** Postcode */
            postcode: string | null;
            /** Special Instructions */
            special_instructions: string | null;
            /** Page Url */
            page_url: string | null;
            /**
             * Portal
             * @description With `account_id` and `job_number` the identity of the record.
             */
            portal: string;
            /** Account Id */
            account_id: string;
            /**
             * Session Id
             * @description The session that reported it last.
             */
            session_id: string;
            status: components["schemas"]["JobStatus"];
            verdict: components["schemas"]["Verdict"] | null;
            /**
             * Summary
             * @description One sentence: the first rule that said no, or that all agreed.
             */
            summary: string | null;
            /**
             * Reasons
             * @description Every rule's answer.
             */
            reasons: components["schemas"]["RuleOutcome"][];
            claim_state: components["schemas"]["ClaimState"] | null;
            loss_reason: components["schemas"]["LossReason"] | null;
            /** Loss Detail */
            loss_detail: string | null;
            /**
             * Offer Expires At
             * @description Until when an offer waits for the owner's approval; null for what is no offer.
             */
            offer_expires_at: string | null;
            /**
             * Only Watched
             * @description It matched while the bot was told only to watch.
             */
            only_watched: boolean;
            /** @description Where the job is ours, or was, without an accept of the bot. */
            given: components["schemas"]["Given"] | null;
            /**
             * Seen At
             * Format: date-time
             */
            seen_at: string;
            /** Decided At */
            decided_at: string | null;
            /** Submitted At */
            submitted_at: string | null;
            /** Confirmed At */
            confirmed_at: string | null;
            /**
             * Updated At
             * Format: date-time
             * @description When the bot made the report that the record shows.
             */
            updated_at: string;
        };
        /**
         * JobStatus
         * @description A job's outcome in one word, as the API filters by it and the dashboard shows it.
         * @enum {string}
         */
        JobStatus: "pending" | "accepted" | "rejected" | "lost" | "unknown" | "taken_back" | "declined" | "offered" | "watched" | "given";
        /**
         * LaneChoice
         * @description The way to the portal.
         * @enum {string}
         */
        LaneChoice: "auto" | "http" | "page";
        /**
         * LiveMessage
         * @description One message of the websocket `/ws`.
         */
        LiveMessage: components["schemas"]["ConnectionEstablishedMessage"] | components["schemas"]["StatusUpdateMessage"] | components["schemas"]["JobProcessedMessage"] | components["schemas"]["CycleCompleteMessage"] | components["schemas"]["ErrorMessage"] | components["schemas"]["NoticeMessage"] | components["schemas"]["ConfigurationUpdatedMessage"];
        /**
         * LogEntry
         * @description One line of the log, for the owner.
         */
        LogEntry: {
            /** Id */
            id: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Session Id */
            session_id: string | null;
            level: components["schemas"]["LogLevel"];
            /**
             * Action
             * @description Stable and short, e.g. `sign_in_refused`.
             */
            action: string;
            /** Message */
            message: string;
            /** What To Do */
            what_to_do: string | null;
        };
        /**
         * LogLevel
         * @description How much a line matters.
         * @enum {string}
         */
        LogLevel: "info" | "warning" | "error";
        /**
         * LogPage
         * @description Log lines, newest first.
         */
        LogPage: {
            /** Items */
            items: components["schemas"]["LogEntry"][];
            /**
             * Next Cursor
             * @description Give it back as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
        };
        /**
         * LoginStatus
         * @description What the portal last said about our being signed in.
         * @enum {string}
         */
        LoginStatus: "signed_out" | "signing_in" | "signed_in" | "refused";
        /**
         * LossReason
         * @description Why a matching job did not become ours.
         * @enum {string}
         */
        LossReason: "taken_before_seen" | "taken_while_deciding" | "refused" | "not_visible" | "session_ended" | "portal_failing" | "called_off";
        /**
         * Mode
         * @description What becomes of a job to which every rule says yes.
         * @enum {string}
         */
        Mode: "accept" | "ask" | "watch";
        /**
         * NoticeMessage
         * @description A line to show.
         */
        NoticeMessage: {
            /**
             * Timestamp
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "notice";
            data: components["schemas"]["NoticeShown"];
        };
        /**
         * NoticeShown
         * @description Something worth a line that is no error.
         */
        NoticeShown: {
            /** Session Id */
            session_id: string;
            /** Action */
            action: string;
            /** Message */
            message: string;
        };
        /**
         * ParkedEvent
         * @description An event that could not be read or stored, as it came.
         */
        ParkedEvent: {
            /**
             * Id
             * @description Its id in the stream of parked events.
             */
            id: string;
            /**
             * At
             * @description When it was parked.
             */
            at: string | null;
            /**
             * Reason
             * @description Why, in the words of whatever refused it.
             */
            reason: string;
            /**
             * Session Id
             * @description Whose it is, where it says so.
             */
            session_id: string | null;
            /**
             * Type
             * @description What kind of event it says it is.
             */
            type: string | null;
            /**
             * Content
             * @description The event as it came; characters that are no text are replaced.
             */
            content: string;
        };
        /**
         * ParkedEventAnswer
         * @description What came of sending an event again, or of throwing it away.
         */
        ParkedEventAnswer: {
            /** Message */
            message: string;
        };
        /**
         * ParkedEvents
         * @description A page of parked events, the newest first.
         */
        ParkedEvents: {
            /** Items */
            items: components["schemas"]["ParkedEvent"][];
            /**
             * Next Cursor
             * @description Asks for the page behind this one; null on the last page.
             */
            next_cursor: string | null;
            /**
             * Total
             * @description How many are parked in all.
             */
            total: number;
        };
        /**
         * PortalAction
         * @description What the portal's own row offers for a job.
         * @enum {string}
         */
        PortalAction: "accept" | "quote" | "none";
        /**
         * Preference
         * @description What is taken first when not everything can be taken.
         * @enum {string}
         */
        Preference: "soonest" | "latest" | "longest" | "shortest" | "kind" | "language";
        /**
         * Problem
         * @description The body of every error answer (RFC 9457).
         */
        Problem: {
            /**
             * Type
             * @description Stable short name of the kind of problem, as a URN, e.g. `urn:atoz:conflict`.
             */
            type: string;
            /**
             * Title
             * @description The kind of problem in a few words.
             */
            title: string;
            /**
             * Status
             * @description The HTTP status.
             */
            status: number;
            /**
             * Detail
             * @description What happened and what to do about it, in words for the owner.
             */
            detail: string;
            /**
             * Errors
             * @description Where single fields are wrong: which and why.
             */
            errors?: components["schemas"]["FieldProblem"][] | null;
            /**
             * Request Id
             * @description Finds the request in the log.
             */
            request_id?: string | null;
        };
        /**
         * RuleOutcome
         * @description One rule's answer, in a sentence that an interpreter understands.
         */
        RuleOutcome: {
            /** Rule */
            rule: string;
            /** Passed */
            passed: boolean;
            /** Why */
            why: string;
        };
        /**
         * SavedConfiguration
         * @description The owner's settings as they are saved.
         */
        SavedConfiguration: {
            /**
             * Version
             * @description Counts up with every change; 0 while nothing was ever saved.
             */
            version: number;
            configuration: components["schemas"]["BotConfiguration"];
            /**
             * Updated At
             * @description When it was saved; null while nothing was ever saved.
             */
            updated_at: string | null;
        };
        /**
         * SessionPage
         * @description Sessions, newest first.
         */
        SessionPage: {
            /** Items */
            items: components["schemas"]["SessionStatus"][];
            /**
             * Next Cursor
             * @description Give it back as `cursor` for the next page; null on the last one.
             */
            next_cursor: string | null;
        };
        /**
         * SessionState
         * @description Where a bot process stands. The transitions are data in ``bot.domain.session_state``.
         * @enum {string}
         */
        SessionState: "starting" | "signing_in" | "running" | "paused" | "stopping" | "stopped" | "failed";
        /**
         * SessionStatus
         * @description One session, as the rows and the heartbeats tell. Where there never was one, ids and times are null.
         */
        SessionStatus: {
            /**
             * Is Running
             * @description The bot gives signs of life and its state is neither `stopped` nor `failed`. While Redis is away this is what was known last.
             */
            is_running: boolean;
            /** Session Id */
            session_id: string | null;
            /** Session Name */
            session_name: string | null;
            /** Start Time */
            start_time: string | null;
            /** End Time */
            end_time: string | null;
            status: components["schemas"]["SessionState"];
            /**
             * Status Reason
             * @description In words for the owner; always there when `failed`.
             */
            status_reason: string | null;
            /**
             * Condition
             * @description What stands in the way while the bot works, and what `status_reason` is about: `account`, `disk`, `calendar`, `sign_in`, `hours`, `layout`, `portal`, `our_jobs`, `cap`; `unheard` while Redis is away. A newer bot may have others.
             */
            condition: string | null;
            wanted: components["schemas"]["Wanted"];
            started_by: components["schemas"]["StartedBy"] | null;
            login_status: components["schemas"]["LoginStatus"];
            /**
             * Interpreter Name
             * @description The name that the portal shows for the account.
             */
            interpreter_name: string | null;
            /** Portal */
            portal: string | null;
            /** Account Id */
            account_id: string | null;
            /** Total Checks */
            total_checks: number;
            /** Total Accepted */
            total_accepted: number;
            /** Total Rejected */
            total_rejected: number;
            /** Total Lost */
            total_lost: number;
            /** Last Heartbeat At */
            last_heartbeat_at: string | null;
            /**
             * Configuration Version
             * @description The version of the settings that the bot works with; null where it does not run.
             */
            configuration_version: number | null;
            /**
             * Practice Mode
             * @description The simulator stands in for the portal.
             */
            practice_mode: boolean;
        };
        /**
         * StartedBy
         * @description Who answers for the process.
         * @enum {string}
         */
        StartedBy: "control_plane" | "command_line";
        /**
         * StatusUpdateMessage
         * @description A session's status changed, or what is wanted of it.
         */
        StatusUpdateMessage: {
            /**
             * Timestamp
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "status_update";
            data: components["schemas"]["SessionStatus"];
        };
        /**
         * Verdict
         * @description The answer of the owner's rules.
         * @enum {string}
         */
        Verdict: "match" | "no_match";
        /**
         * Wanted
         * @description What the owner wants of a session; the supervisor makes it so.
         * @enum {string}
         */
        Wanted: "running" | "paused" | "stopped";
        /**
         * Weekday
         * @description A day of the week.
         * @enum {string}
         */
        Weekday: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
        /**
         * WeeklyHours
         * @description Hours on some days of the week, on the portal's clock. An end at or before the start is on the next day.
         */
        WeeklyHours: {
            /** Days */
            days: components["schemas"]["Weekday"][];
            /** Start */
            start: string;
            /** End */
            end: string;
        };
        /**
         * WeeklyHoursChange
         * @description Hours on some days of the week, on the portal's clock. An end at or before the start is on the next day.
         */
        WeeklyHoursChange: {
            /** Days */
            days: components["schemas"]["Weekday"][];
            /** Start */
            start?: string;
            /** End */
            end?: string;
        };
        /**
         * WordRule
         * @description Words to look for in a job, as whole words; capitals do not matter.
         */
        WordRule: {
            /** Words */
            words: string[];
            /** Fields */
            fields: ("reference" | "language" | "kind" | "company_name" | "client_name" | "client_reference" | "qualification" | "security_check" | "gender" | "address" | "postcode" | "special_instructions")[];
        };
        /**
         * WordRuleChange
         * @description Words to look for in a job, as whole words; capitals do not matter.
         */
        WordRuleChange: {
            /** Words */
            words: string[];
            /** Fields */
            fields?: ("reference" | "language" | "kind" | "company_name" | "client_name" | "client_reference" | "qualification" | "security_check" | "gender" | "address" | "postcode" | "special_instructions")[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    getDetailedHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DetailedHealth"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionStatus"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    toggleBot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BotActionResult"];
                };
            };
            /** @description Not possible as things stand */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startBot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BotActionResult"];
                };
            };
            /** @description Not possible as things stand */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopBot: {
        parameters: {
            query?: {
                /** @description Which session; the current one where this is left out. */
                session_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BotActionResult"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseBot: {
        parameters: {
            query?: {
                /** @description Which session; the current one where this is left out. */
                session_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BotActionResult"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible as things stand */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeBot: {
        parameters: {
            query?: {
                /** @description Which session; the current one where this is left out. */
                session_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BotActionResult"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible as things stand */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /** @description One or several outcomes; all where left out. */
                status?: components["schemas"]["JobStatus"][];
                session_id?: string | null;
                /** @description As the portal writes it. */
                language?: string | null;
                /** @description As the portal writes it. */
                kind?: string | null;
                /** @description Seen at or after. */
                since?: string | null;
                /** @description Seen before. */
                until?: string | null;
                /** @description Words in reference, language, kind, company, client, address; each may be unfinished. */
                search?: string | null;
                /** @description How many at most. */
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approveOffer: {
        parameters: {
            query?: {
                /** @description Whose job; needed only where several accounts have a job of that number. */
                account_id?: string | null;
                /** @description Where the job is; needed only where several portals have one of that number. */
                portal?: string | null;
            };
            header?: never;
            path: {
                /** @description The number before the slash of the job's reference. */
                job_number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandSent"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible as things stand */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The bot cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    declineOffer: {
        parameters: {
            query?: {
                /** @description Whose job; needed only where several accounts have a job of that number. */
                account_id?: string | null;
                /** @description Where the job is; needed only where several portals have one of that number. */
                portal?: string | null;
            };
            header?: never;
            path: {
                /** @description The number before the slash of the job's reference. */
                job_number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandSent"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible as things stand */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The bot cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeSnapshot: {
        parameters: {
            query?: {
                /** @description Which session; the current one where this is left out. */
                session_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandSent"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible as things stand */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The bot cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDashboardMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DashboardMetrics"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAnalyticsPeriods: {
        parameters: {
            query?: {
                /** @description From this hour on; 24 hours ago if left out. */
                since?: string | null;
                /** @description Before this moment; now if left out. */
                until?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalyticsPeriods"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedConfiguration"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saveConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigurationChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedConfiguration"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLogs: {
        parameters: {
            query?: {
                /** @description This level alone. */
                level?: components["schemas"]["LogLevel"] | null;
                session_id?: string | null;
                /** @description How many at most. */
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPage"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listParkedEvents: {
        parameters: {
            query?: {
                limit?: number;
                /** @description From ``next_cursor`` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParkedEvents"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The bot cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryParkedEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id, as the list tells it. */
                entry_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParkedEventAnswer"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The bot cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteParkedEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its id, as the list tells it. */
                entry_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParkedEventAnswer"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Some of the input is not valid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The bot cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
