/**
 * How the HTML report looks: on a screen, light or dark, and on paper.
 *
 * @module
 */

/** The style sheet. */
export const HTML_STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #0e1116);
  --card: light-dark(#ffffff, #161b22);
  --text: light-dark(#1c2128, #e6e9ee);
  --quiet: light-dark(#656d78, #8d96a3);
  --line: light-dark(#dfe3e8, #2a313b);
  --pass: light-dark(#1a7f4b, #3fb26f);
  --pass-soft: light-dark(#d9f2e3, #12351f);
  --fail: light-dark(#c6283a, #ff6b74);
  --fail-soft: light-dark(#fde3e5, #4a171d);
  --known: light-dark(#9a6700, #e0ab3e);
  --known-soft: light-dark(#fdf0cd, #3d2f0e);
  --link: light-dark(#0b5cc2, #6cb0ff);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); }
main, header { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
.quiet { color: var(--quiet); }
code, pre, .mono { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, monospace; }
.verdict { font-size: 1.05rem; margin: .2rem 0 1.2rem; }
.verdict b.bad { color: var(--fail); }
.verdict b.good { color: var(--pass); }
.cards { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem; }
.card h3 { margin: 0; font-size: .95rem; }
.card .figure { font-size: 1.35rem; font-weight: 600; line-height: 1.3; }
.card small { color: var(--quiet); display: block; }
.bar { display: flex; height: .4rem; border-radius: .2rem; overflow: hidden; background: var(--line); margin: .35rem 0 .3rem; }
.bar i { display: block; }
.bar .passed { background: var(--pass); } .bar .failed { background: var(--fail); } .bar .known { background: var(--known); }
.level { border-left: .3rem solid var(--quiet); }
.level.reached { border-left-color: var(--pass); }
.level.missed { border-left-color: var(--fail); }
.list { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .5rem .9rem; margin: 0; list-style: none; }
.list li { padding: .15rem 0; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
.tools { display: none; }
.scripted .tools { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; position: sticky; top: 0; z-index: 3; background: var(--page); padding: .6rem 0; margin-top: 1.2rem; }
.tools input { flex: 1 1 14rem; min-width: 10rem; }
.tools input, .tools button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .25rem .7rem; }
.tools button { cursor: pointer; }
.tools button[aria-pressed=true] { background: var(--text); color: var(--page); border-color: var(--text); }
.tools :focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.matrix { --routes: 1; }
.row, .head { display: grid; grid-template-columns: minmax(0, 1fr) repeat(var(--routes), 5.6rem); align-items: center; column-gap: 4px; }
.head { color: var(--quiet); font-size: .8rem; padding: .3rem .9rem; position: sticky; top: 0; z-index: 2; background: var(--page); }
.scripted .head { top: 3.4rem; }
.head span:not(:first-child) { text-align: center; overflow-wrap: anywhere; line-height: 1.15; }
.operation { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin-bottom: .5rem; overflow: hidden; }
.operation > summary { padding: .45rem .9rem; cursor: pointer; list-style: none; font-weight: 600; }
.operation > summary::-webkit-details-marker { display: none; }
.operation > summary > .row > span:first-child::before { content: "\\25B8"; display: inline-block; width: 1rem; margin-right: .3rem; text-align: center; color: var(--quiet); transition: rotate .1s; }
.operation[open] > summary > .row > span:first-child::before { rotate: 90deg; }
.operation > summary .count { text-align: center; font-size: .85rem; font-weight: 500; color: var(--quiet); font-variant-numeric: tabular-nums; }
.operation > summary .count.all { color: var(--pass); }
.operation > summary .count.some { color: var(--fail); font-weight: 700; }
.case { border-top: 1px solid var(--line); padding: .22rem .9rem; }
.case > summary { list-style: none; cursor: pointer; }
.case > summary::-webkit-details-marker { display: none; }
.case .title { overflow-wrap: anywhere; padding-right: .6rem; }
.case > summary .title { text-decoration: underline dotted var(--quiet); text-underline-offset: .25rem; }
.case small { color: var(--quiet); font-size: .75rem; margin-left: .3rem; }
.cell { text-align: center; border-radius: .3rem; font-size: .8rem; line-height: 1.5rem; font-weight: 600; }
.cell.passed { background: var(--pass-soft); color: var(--pass); }
.cell.failed { background: var(--fail); color: light-dark(#fff, #22070a); }
.cell.known { background: var(--known-soft); color: var(--known); }
.cell.skipped { color: var(--quiet); font-weight: 400; opacity: .6; }
.failure { border: 1px solid var(--line); border-radius: .5rem; margin: .6rem 0; padding: .6rem .8rem; background: var(--page); }
.failure h4 { margin: 0 0 .4rem; font-size: .95rem; }
.failure h4 .cell { padding: 0 .5rem; display: inline-block; margin-right: .4rem; }
.values { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem .8rem; margin: 0 0 .6rem; }
.values dt { color: var(--quiet); }
.values dd { margin: 0; overflow-wrap: anywhere; }
.values .got { color: var(--fail); } .values .expected { color: var(--pass); }
.steps { width: 100%; border-collapse: collapse; font-size: .82rem; }
.steps th { text-align: left; font-weight: 500; color: var(--quiet); }
.steps td, .steps th { padding: .1rem .6rem .1rem 0; vertical-align: top; overflow-wrap: anywhere; }
.steps td:first-child { width: 42%; }
.steps tr.differs td { background: var(--fail-soft); }
.warning { color: var(--known); margin: .2rem 0; }
[hidden] { display: none !important; }
footer { max-width: 78rem; margin: 2rem auto; padding: 0 1.5rem 2rem; color: var(--quiet); font-size: .85rem; }
@media (max-width: 50rem) {
  .row, .head { grid-template-columns: minmax(0, 1fr) repeat(var(--routes), 2.6rem); }
  .head span:not(:first-child) { font-size: .65rem; }
  main, header { padding: 0 .7rem; }
}
@media print {
  :root { color-scheme: light; font-size: 10pt; }
  body { background: #fff; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .tools, .scripted .tools { display: none; }
  .head { position: static; }
  .card, .operation, .failure, .case { break-inside: avoid; }
  .operation { break-inside: auto; }
}
`;
