import type { components } from "./schema";

/** The shapes of the API under short names; `schema.d.ts` is generated and stays untouched. */
type Schemas = components["schemas"];

export type SessionStatus = Schemas["SessionStatus"];
export type SessionState = Schemas["SessionState"];
export type BotActionResult = Schemas["BotActionResult"];
export type CommandSent = Schemas["CommandSent"];
export type Mode = Schemas["Mode"];
export type DateSpan = Schemas["DateSpan"];
export type WeeklyHours = Schemas["WeeklyHours"];
export type Weekday = Schemas["Weekday"];
export type WordRule = Schemas["WordRule"];
export type Preference = Schemas["Preference"];
export type JobRecord = Schemas["JobRecord"];
export type JobStatus = Schemas["JobStatus"];
export type LossReason = Schemas["LossReason"];
export type DashboardMetrics = Schemas["DashboardMetrics"];
export type AnalyticsPeriod = Schemas["AnalyticsPeriod"];
export type BotConfiguration = Schemas["BotConfiguration"];
export type ConfigurationChange = Schemas["ConfigurationChange"];
export type SavedConfiguration = Schemas["SavedConfiguration"];
export type LogEntry = Schemas["LogEntry"];
export type LogLevel = Schemas["LogLevel"];
export type DetailedHealth = Schemas["DetailedHealth"];
export type Problem = Schemas["Problem"];
export type FieldProblem = Schemas["FieldProblem"];
export type LiveMessage = Schemas["LiveMessage"];
export type CycleCompleted = Schemas["CycleCompleted"];
export type ConfigurationChanged = Schemas["ConfigurationChanged"];
