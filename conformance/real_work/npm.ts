/**
 * npm ci of a project with 500 packages, and its tests. The form that every
 * test run can afford makes its own packages, fewer, and needs no registry.
 *
 * @module
 */
import type { Place } from "./place.ts";
import type { RealWork } from "./real_work.ts";

/** Packages of the generated project, in the form that every test run can afford. */
const PACKAGES = 120;
/** Nothing but what was asked for, and nothing to a terminal. */
const QUIET = "--no-audit --no-fund --no-update-notifier --loglevel=error";

/**
 * At full size: what a project of today uses, some 500 packages from the registry. The versions are the
 * newest of these ranges; all places get the lock file that the first one made.
 */
const DEPENDENCIES = {
  eslint: "^8",
  express: "^4",
  jest: "^29",
  lodash: "^4",
  prettier: "^3",
  react: "^18",
  "react-dom": "^18",
  typescript: "~5.4",
  webpack: "^5",
  "webpack-cli": "^5",
  "@babel/preset-env": "^7",
};
const TEST = `const lodash = require("lodash"), React = require("react");
const { renderToString } = require("react-dom/server");
for (let index = 1; index <= 20; index++) {
  test("number " + index, () => expect(lodash.sum(lodash.range(index))).toBe(index * (index - 1) / 2));
}
test("a page", () => expect(renderToString(React.createElement("p", null, "text"))).toContain("text"));
`;
const WEBPACK = `module.exports = { mode: "production", entry: "./main.js", cache: false,
  output: { path: __dirname + "/dist", filename: "bundle.js" } };
`;

interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly main: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A package of the generated project: a module that counts what it and its dependencies export. */
function generated(index: number): { readonly manifest: PackageManifest; readonly code: string } {
  const needs = index === 0 ? [] : [...new Set([index >> 1, index >> 2, index - 1])];
  const name = `part-${index}`;
  const imports = needs.map((need) => `require("part-${need}")`).join(", ");
  const code = `const parts = [${imports}];\nexports.sum = ${index} + parts.length;\n`;
  const dependencies = Object.fromEntries(needs.map((need) => [`part-${need}`, "1.0.0"]));
  return { manifest: { name, version: "1.0.0", main: "lib/index.js", dependencies }, code };
}

const PACK_ALL = `
  mkdir project/packages
  cd packages
  for name in *; do
    tar --sort=name --owner=0 --group=0 --mtime=@1600000000 -czf "../project/packages/$name.tgz" -C "$name" package
  done
`;
const GENERATED_TEST = `const assert = require("node:assert"), { test } = require("node:test");
for (let index = 0; index < ${PACKAGES}; index++) {
  test("part " + index, () => {
    const needs = index === 0 ? 0 : new Set([index >> 1, index >> 2, index - 1]).size;
    assert.equal(require("part-" + index).sum, index + needs);
  });
}
`;

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(value, null, 2));
}

async function prepareGenerated(place: Place): Promise<void> {
  const { outside } = place;
  const dependencies: Record<string, string> = {};
  for (let index = 0; index < PACKAGES; index++) {
    const { manifest, code } = generated(index);
    const folder = `${outside}/packages/part-${index}/package`;
    await Deno.mkdir(`${folder}/lib`, { recursive: true });
    await writeJson(`${folder}/package.json`, manifest);
    await Deno.writeTextFile(`${folder}/lib/index.js`, code);
    await Deno.writeTextFile(`${folder}/README.md`, `# Part ${index}\n`.repeat(index % 50 + 1));
    dependencies[`part-${index}`] = `file:packages/part-${index}.tgz`;
  }
  await Deno.mkdir(`${outside}/project/test`, { recursive: true });
  const manifest = { name: "project", version: "1.0.0", dependencies };
  const scripts = { test: "node --test test/" };
  await writeJson(`${outside}/project/package.json`, { ...manifest, scripts });
  await Deno.writeTextFile(`${outside}/project/test/parts.test.js`, GENERATED_TEST);
  await place.step("pack", PACK_ALL);
  // npm would take longer to make the lock file than to install what it names.
  const packages: Record<string, unknown> = { "": manifest };
  for (let index = 0; index < PACKAGES; index++) {
    const archive = `packages/part-${index}.tgz`;
    packages[`node_modules/part-${index}`] = {
      version: "1.0.0",
      resolved: `file:${archive}`,
      integrity: await integrityOf(`${outside}/project/${archive}`),
      dependencies: generated(index).manifest.dependencies,
    };
  }
  const lock = { name: "project", version: "1.0.0", lockfileVersion: 3, requires: true, packages };
  await writeJson(`${outside}/project/package-lock.json`, lock);
}

/** What a lock file says of an archive (Subresource Integrity). */
async function integrityOf(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-512", await Deno.readFile(path));
  return `sha512-${new Uint8Array(digest).toBase64()}`;
}

async function prepareReal({ outside }: Place): Promise<void> {
  await Deno.mkdir(`${outside}/project/test`, { recursive: true });
  const scripts = { test: "jest --ci --cacheDirectory=.jest", build: "webpack" };
  const manifest = { name: "project", version: "1.0.0", scripts, dependencies: DEPENDENCIES };
  await writeJson(`${outside}/project/package.json`, manifest);
  await Deno.writeTextFile(`${outside}/project/webpack.config.js`, WEBPACK);
  const main = 'import _ from "lodash";\nimport { renderToString } from "react-dom/server";\n' +
    "console.log(_.chunk([1, 2, 3], 2), renderToString);\n";
  await Deno.writeTextFile(`${outside}/project/main.js`, main);
  for (let index = 0; index < 20; index++) {
    await Deno.writeTextFile(`${outside}/project/test/part${index}.test.js`, TEST);
  }
}

async function prepare(place: Place): Promise<void> {
  if (!place.full) return await prepareGenerated(place);
  await prepareReal(place);
  await place.step("lock", `cd project && npm install --package-lock-only ${QUIET}`);
  // With a cache that has everything, the filesystem is what is compared, not the network.
  const fill = `cp -r project filled && cd filled && npm ci --ignore-scripts ${QUIET}`;
  await place.step("fill the cache", `${fill} && cd .. && rm -r filled`);
}

async function run(place: Place): Promise<void> {
  await place.step("copy", 'cp -r "$OUTSIDE/project" . && ls project');
  await place.step("npm ci", `cd project && npm ci --offline ${QUIET}`, { chatty: true });
  const leaveOut = (path: string): boolean => path.startsWith(".jest/");
  place.tree("project", { leaveOut });
  // Tests tell how long they took.
  await place.step("npm test", "cd project && npm test", { chatty: true });
  if (place.full) {
    await place.step("build", "cd project && npm run build", { chatty: true });
    await place.step("lint", "cd project && npx eslint --no-eslintrc --env es2022,node,jest test");
    place.tree("project/dist");
  }
  await place.step("npm ci again", `cd project && npm ci --offline ${QUIET}`, { chatty: true });
  place.tree("project", { leaveOut });
  await place.step("remove", "rm -r project && ls");
}

/** See the module. */
export const NPM: RealWork = {
  name: "npm",
  does: "npm ci of a project with many packages, and its tests",
  programs: [
    { command: "npm", package: "npm", why: "the work" },
    { command: "node", package: "nodejs", why: "runs npm and the tests" },
  ],
  prepare,
  run,
};
