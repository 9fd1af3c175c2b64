/**
 * The report as one HTML file for a person to look at.
 *
 * @module
 */
import type { Case } from "../case.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import type { Route } from "../subjects/subject.ts";
import { escapeMarkup } from "./escape_markup.ts";
import { failureText } from "./failure_text.ts";
import { levelsReached, routesOf, summaryLines } from "./summary.ts";

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid #8883; vertical-align: top; }
thead th { position: sticky; top: 0; background: Canvas; }
tbody th { padding-top: 1.2rem; }
td.passed { color: #16803c; } td.failed { color: #fff; background: #c22; } td.known { background: #d902; }
td.skipped { color: #888; }
pre { overflow-x: auto; background: #8881; padding: .8rem; border-radius: .4rem; }
summary { cursor: pointer; }
.level { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; background: #16803c; color: #fff; }
.level.missed { background: #888; }
`;

const WORDS = { passed: "pass", failed: "FAIL", skipped: "–", known: "known" } as const;

function cell(outcome: SuiteOutcome | undefined): string {
  if (outcome === undefined) return "<td></td>";
  const { status, missing, message } = outcome;
  const why = status === "skipped" ? `it has no ${missing.join(", ")}` : message ?? "";
  return `<td class="${status}" title="${escapeMarkup(why)}">${WORDS[status]}</td>`;
}

function row(one: Case, routes: readonly Route[], outcomes: readonly SuiteOutcome[]): string {
  const cells = routes.map((route) => cell(outcomes.find((other) => other.route === route)));
  const failures = outcomes.filter(({ status }) => status === "failed" || status === "known");
  const promise = `${escapeMarkup(one.title)} <small>${escapeMarkup(one.clause)}</small>`;
  const details = failures.map((outcome) => `<pre>${escapeMarkup(failureText(outcome))}</pre>`);
  const text = details.length === 0
    ? promise
    : `<details><summary>${promise}</summary>${details.join("")}</details>`;
  return `<tr id="${escapeMarkup(one.id)}"><td>${text}</td>${cells.join("")}</tr>`;
}

/** The outcomes of each case, case by case in the order of the run. */
function byCase(outcomes: readonly SuiteOutcome[]): Map<Case, SuiteOutcome[]> {
  const cases = new Map<Case, SuiteOutcome[]>();
  for (const outcome of outcomes) {
    const known = cases.get(outcome.case);
    if (known === undefined) cases.set(outcome.case, [outcome]);
    else known.push(outcome);
  }
  return cases;
}

/** A matrix of cases by route, each failure opening to its steps. */
export function htmlReport(outcomes: readonly SuiteOutcome[], target: string): string {
  const routes = routesOf(outcomes);
  const reached = levelsReached(outcomes);
  const levels = (["core", "posix", "sandbox"] as const).map((level) =>
    `<span class="level${reached.includes(level) ? "" : " missed"}">${level}</span>`
  );
  const rows: string[] = [];
  let operation = "";
  for (const [one, own] of byCase(outcomes)) {
    const next = one.id.split("/", 1)[0] ?? "";
    if (next !== operation) {
      rows.push(`<tr><th colspan="${routes.length + 1}">${escapeMarkup(next)}</th></tr>`);
      operation = next;
    }
    rows.push(row(one, routes, own));
  }
  const heads = routes.map((route) => `<th>${route}</th>`).join("");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Conformance of ${escapeMarkup(target)}</title>
<style>${STYLE}</style>
<h1>Conformance of ${escapeMarkup(target)}</h1>
<p>${levels.join(" ")}</p>
<pre>${escapeMarkup(summaryLines(outcomes).join("\n"))}</pre>
<table>
<thead><tr><th>case</th>${heads}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</html>
`;
}
