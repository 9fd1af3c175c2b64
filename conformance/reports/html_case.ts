/**
 * One case in the HTML report: its row, and what is behind it.
 *
 * @module
 */
import type { Case } from "../case.ts";
import type { Status } from "../runner/outcome.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import type { Route } from "../subjects/subject.ts";
import type { Step } from "../trial_calls.ts";
import { commandLine } from "./command_line.ts";
import { escapeMarkup } from "./escape_markup.ts";
import { STEPS_SHOWN } from "./failure_text.ts";

/** What a cell shows: never colour alone. */
export const MARKS: Readonly<Record<Status, string>> = {
  passed: "\u2713",
  failed: "\u2715 fail",
  skipped: "\u2013",
  known: "known",
};

const WORDS: Readonly<Record<Status, string>> = {
  passed: "passed",
  failed: "failed",
  skipped: "not for it",
  known: "known to fail",
};

function cell(route: Route, outcome: SuiteOutcome | undefined): string {
  if (outcome === undefined) return `<span class="cell" title="${route}: not run"></span>`;
  const { status, missing, message, warnings = [] } = outcome;
  const why = status === "skipped" ? `it has no ${missing.join(", ")}` : message ?? "";
  const title = [`${route}: ${WORDS[status]}`, why, ...warnings].filter((text) => text !== "");
  const mark = warnings.length > 0 ? `${MARKS[status]} !` : MARKS[status];
  return `<span class="cell ${status}" title="${escapeMarkup(title.join("\n"))}">${mark}</span>`;
}

/** The calls of both, side by side as long as they are the same ones. */
function stepTable(steps: readonly Step[], linux: readonly Step[] | undefined): string {
  const first = Math.max(0, steps.length - STEPS_SHOWN);
  const rows = steps.slice(first).map(({ call, outcome = "(never ended)" }, index) => {
    const theirs = linux?.[first + index];
    const answer = theirs?.call === call ? theirs.outcome ?? "(never ended)" : undefined;
    // Numbers of descriptors and inodes differ anyway; an errno does not.
    const isErrno = (text: string | undefined): boolean => /^E[A-Z0-9]+$/.test(text ?? "");
    const differs = answer !== undefined && answer !== outcome &&
      (isErrno(answer) || isErrno(outcome) || outcome === "(never ended)");
    const cells = [call, outcome, ...linux === undefined ? [] : [answer ?? ""]]
      .map((text) => `<td>${escapeMarkup(text)}</td>`).join("");
    return `<tr${differs ? ' class="differs"' : ""}>${cells}</tr>`;
  });
  const head = ["call", "it answered", ...linux === undefined ? [] : ["Linux answers"]]
    .map((text) => `<th>${text}</th>`).join("");
  const hidden = first > 0 ? `<p class="quiet">${first} calls before these</p>` : "";
  return `${hidden}<table class="steps mono"><thead><tr>${head}</tr></thead>` +
    `<tbody>${rows.join("")}</tbody></table>`;
}

function value(name: string, text: string | undefined, kind = ""): string {
  if (text === undefined) return "";
  return `<dt>${name}</dt><dd class="mono ${kind}">${escapeMarkup(text)}</dd>`;
}

function failure(outcome: SuiteOutcome, target: string): string {
  const { case: { id, clause }, route, status, message, expected, got, steps, linux } = outcome;
  const repeat = commandLine(target, "--route", route, "--filter", id);
  return `<div class="failure"><h4><span class="cell ${status}">${MARKS[status]}</span>` +
    `on ${route}</h4><dl class="values">` +
    `<dt>problem</dt><dd>${escapeMarkup(message ?? "")}</dd>` +
    value("expected", expected, "expected") + value("got", got, "got") +
    `<dt>clause</dt><dd>${escapeMarkup(clause)}</dd>` + value("repeat", repeat) +
    `</dl>${stepTable(steps, linux)}</div>`;
}

/** What a case is, for the filters. */
function kinds(outcomes: readonly SuiteOutcome[]): string[] {
  const statuses = new Set<string>(outcomes.map(({ status }) => status));
  if (outcomes.some(({ warnings = [] }) => warnings.length > 0)) statuses.add("warned");
  const fails = statuses.has("failed") || statuses.has("known");
  if (fails && statuses.has("passed")) statuses.add("differs");
  return [...statuses];
}

/** The row of a case, which opens where there is more to see. */
export function caseRow(
  one: Case,
  { routes, outcomes, target }: {
    readonly routes: readonly Route[];
    readonly outcomes: readonly SuiteOutcome[];
    readonly target: string;
  },
): string {
  const cells = routes.map((route) =>
    cell(route, outcomes.find((outcome) => outcome.route === route))
  );
  const level = one.level === "posix" ? "" : ` <small>${one.level}</small>`;
  const title = one.title.slice(one.title.indexOf(" ") + 1);
  const row = `<span class="row"><span class="title">${escapeMarkup(title)}${level}</span>` +
    `${cells.join("")}</span>`;
  const failures = outcomes.filter(({ status }) => status === "failed" || status === "known")
    .map((outcome) => failure(outcome, target));
  const warnings = outcomes.flatMap(({ route, warnings: own = [] }) =>
    own.map((text) => `<p class="warning">! on ${route}: ${escapeMarkup(text)}</p>`)
  );
  const id = escapeMarkup(one.id);
  const text = escapeMarkup(`${one.id} ${one.title} ${one.clause} ${one.level}`.toLowerCase());
  const head = `class="case" id="${id}" data-is="${kinds(outcomes).join(" ")}" data-text="${text}"`;
  const more = [...failures, ...warnings].join("");
  return more === ""
    ? `<div ${head}>${row}</div>`
    : `<details ${head}><summary>${row}</summary><code class="quiet">${id}</code>${more}</details>`;
}
