/**
 * The report as one HTML file for a person to look at: it loads nothing, and needs no script.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { countOutcomes } from "../runner/outcome.ts";
import type { SuiteOutcome } from "../runner/run_suite.ts";
import type { Route } from "../subjects/subject.ts";
import { badgeText } from "./badge_report.ts";
import { escapeMarkup } from "./escape_markup.ts";
import { caseRow } from "./html_case.ts";
import { HTML_SCRIPT } from "./html_script.ts";
import { HTML_STYLE } from "./html_style.ts";
import { LEVEL_PROMISES, LEVELS, levelState } from "./level.ts";
import { byCase, routeDifferences } from "./route_differences.ts";
import { countsByRoute, countText, routesOf } from "./summary.ts";

function routeCards(outcomes: readonly SuiteOutcome[]): string[] {
  return [...countsByRoute(outcomes)].map(([route, counts]) => {
    const { passed, failed, known, skipped } = counts;
    const parts = ([["passed", passed], ["known", known], ["failed", failed]] as const)
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => `<i class="${kind}" style="flex:${count}"></i>`);
    const run = passed + failed + known;
    return `<div class="card"><h3>${route}</h3><div class="figure">${passed}` +
      ` <span class="quiet">/ ${run}</span></div><div class="bar">${parts.join("")}</div>` +
      `<small>${failed} failed${
        known > 0 ? `, ${known} known` : ""
      }, ${skipped} not for it</small></div>`;
  });
}

const LEVEL_WORDS = { reached: "reached", missed: "not reached", partly: "only partly run" };

function levelCards(outcomes: readonly SuiteOutcome[]): string[] {
  return LEVELS.map((level) => {
    const state = levelState(level, outcomes);
    return `<div class="card level ${state}"><h3>${level}: ${LEVEL_WORDS[state]}</h3>` +
      `<small>${LEVEL_PROMISES[level]}</small></div>`;
  });
}

function link({ id }: Case): string {
  return `<a class="mono" href="#${encodeURIComponent(id)}">${escapeMarkup(id)}</a>`;
}

function differenceList(outcomes: readonly SuiteOutcome[]): string {
  const differences = routeDifferences(outcomes);
  if (routesOf(outcomes).length < 2) return "";
  if (differences.length === 0) {
    return `<h2>Routes agree</h2><p class="quiet">No case passes on one and fails on another.</p>`;
  }
  const items = differences.map(({ case: one, passes, fails }) =>
    `<li>${link(one)} passes on ${passes.join(", ")} and fails on ${fails.join(", ")}</li>`
  );
  const count = differences.length === 1 ? "one case" : `${differences.length} cases`;
  return `<h2>Routes differ in ${count}</h2><ul class="list">${items.join("")}</ul>`;
}

function operationSummary(
  name: string,
  routes: readonly Route[],
  outcomes: readonly SuiteOutcome[],
): string {
  const counts = routes.map((route) => {
    const { passed, failed, known } = countOutcomes(outcomes.filter((one) => one.route === route));
    const run = passed + failed + known;
    const kind = run === 0 ? "" : passed === run ? " all" : " some";
    return `<span class="count${kind}">${run === 0 ? "\u2013" : `${passed}/${run}`}</span>`;
  });
  return `<summary><span class="row"><span>${escapeMarkup(name)}</span>${
    counts.join("")
  }</span></summary>`;
}

function operations(outcomes: readonly SuiteOutcome[], target: string): string[] {
  const routes = routesOf(outcomes);
  const groups = new Map<string, [Case, SuiteOutcome[]][]>();
  for (const [one, own] of byCase(outcomes)) {
    const name = one.id.split("/", 1)[0] ?? "";
    groups.set(name, [...groups.get(name) ?? [], [one, own]]);
  }
  return [...groups].map(([name, cases]) => {
    const all = cases.flatMap(([, own]) => own);
    const open = all.some(({ status }) => status === "failed") ? " open" : "";
    const rows = cases.map(([one, own]) => caseRow(one, { routes, outcomes: own, target }));
    return `<details class="operation"${open}>${operationSummary(name, routes, all)}\n` +
      `${rows.join("\n")}</details>`;
  });
}

function verdict(outcomes: readonly SuiteOutcome[]): string {
  const counts = countOutcomes(outcomes);
  const promises = counts.failed === 1 ? "promise" : "promises";
  const [kind, word] = counts.failed > 0
    ? ["bad", `${counts.failed} broken ${promises}`]
    : ["good", "Every promise kept"];
  return `<b class="${kind}">${word}</b> <span class="quiet">${countText(counts)};` +
    ` levels: ${escapeMarkup(badgeText(outcomes))}</span>`;
}

const FILTERS = [
  ["failed", "failed"],
  ["known", "known"],
  ["differs", "routes differ"],
  ["warned", "warnings"],
  ["skipped", "not for it"],
] as const;

function tools(): string {
  const filters = FILTERS.map(([kind, word]) =>
    `<button type="button" data-show="${kind}" aria-pressed="false">${word}</button>`
  );
  return `<div class="tools"><input id="search" type="search" placeholder="Search cases ( / )"` +
    ` aria-label="Search cases">${
      filters.join("")
    }<button type="button" id="open">open all</button>` +
    `<button type="button" id="close">close all</button></div>`;
}

/** A matrix of cases by route, each failure opening to its steps. */
export function htmlReport(outcomes: readonly SuiteOutcome[], target: string): string {
  const routes = routesOf(outcomes);
  const title = escapeMarkup(`Conformance of ${target}`);
  const heads = routes.map((route) => `<span>${route}</span>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="verdict">${verdict(outcomes)}</p>
<div class="cards">${routeCards(outcomes).join("")}</div>
<h2>Levels</h2>
<div class="cards">${levelCards(outcomes).join("")}</div>
${differenceList(outcomes)}
</header>
<main>
<h2>Cases by route</h2>
${tools()}
<div class="matrix" style="--routes:${routes.length}">
<div class="head"><span>the filesystem...</span>${heads}</div>
${operations(outcomes, target).join("\n")}
<p id="none" class="quiet" hidden>No case is like that.</p>
</div>
</main>
<footer>\u2713 kept, \u2715 broken, known: broken and said so, \u2013 not for this filesystem, ! a warning.
A case that failed opens to its calls and to what Linux answers.</footer>
<script>${HTML_SCRIPT}</script>
</body>
</html>
`;
}
