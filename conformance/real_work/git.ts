/**
 * git: clone, change, commit, merge, gc and fsck of a repository with 5,000 files.
 *
 * @module
 */
import type { Place } from "./place.ts";
import type { RealWork } from "./real_work.ts";

const FILES = 5000;
/** In the form that every test run can afford. */
const FILES_SHORT = 1200;
const FILES_A_FOLDER = 50;

/** Everything that would differ from one run to the next, set. */
const CONFIGURATION = `
[user]
  name = Someone
  email = someone@example.invalid
[init]
  defaultBranch = main
[advice]
  detachedHead = false
[pack]
  threads = 1
[gc]
  auto = 0
[merge]
  renameLimit = 10000
`;
const DATES = { GIT_AUTHOR_DATE: "1700000000 +0000", GIT_COMMITTER_DATE: "1700000000 +0000" };

function pathOf(index: number): string {
  return `part${Math.floor(index / FILES_A_FOLDER)}/file${index}.txt`;
}

/** Lines of text; longer for some files, so that sizes are on both sides of a page and of a request. */
function contentOf(index: number): string {
  const lines = index % 400 === 0 ? 4000 : index % 37 === 0 ? 200 : 10;
  let text = "";
  for (let line = 0; line < lines; line++) {
    text += `${index} ${(index * 7919 + line * 104729) % 99991}\n`;
  }
  return text;
}

/** A history for `git fast-import`: the same bytes, so the same hashes, each time. */
function history(files: number): string {
  const who = "Someone <someone@example.invalid> 1600000000 +0000";
  const parts = [`commit refs/heads/main\ncommitter ${who}\ndata 5\nfirst\n`];
  for (let index = 0; index < files; index++) {
    const content = contentOf(index);
    const mode = index % 100 === 7 ? "100755" : "100644";
    parts.push(`M ${mode} inline ${pathOf(index)}\ndata ${content.length}\n${content}\n`);
  }
  for (let index = 0; index < 20; index++) {
    const target = `part${index}/file${index * FILES_A_FOLDER}.txt`;
    parts.push(`M 120000 inline links/link${index}\ndata ${target.length + 3}\n../${target}\n`);
  }
  return parts.join("");
}

const CHANGE = `
  cd tree
  i=0; while [ $i -lt 300 ]; do
    echo "changed $i" >>"part$((i / 50))/file$i.txt"; i=$((i+1))
  done
  rm -r part10 part11
  git mv part12 moved
  mkdir new; i=0; while [ $i -lt 100 ]; do echo "new $i" >new/$i; i=$((i+1)); done
  chmod 755 new/1
  ln -sf ../new/2 links/link0
`;
const BRANCHES = `
  cd tree
  git switch -q -c side HEAD~1
  i=800; while [ $i -lt 900 ]; do echo side >>"part$((i / 50))/file$i.txt"; i=$((i+1)); done
  git commit -qam side
  git switch -q main
  git merge -q -m merged side
  git log --oneline --graph | cat
  git status --porcelain
`;

async function prepare(place: Place): Promise<void> {
  await Deno.writeTextFile(`${place.outside}/home/.gitconfig`, CONFIGURATION);
  await Deno.writeTextFile(`${place.outside}/history`, history(place.full ? FILES : FILES_SHORT));
  await place.step(
    "import",
    "git init -q --bare source.git && git -C source.git fast-import --quiet <history",
  );
}

async function run(place: Place): Promise<void> {
  const options = { env: DATES };
  await place.step("clone", 'git clone -q --no-local "$OUTSIDE/source.git" tree', options);
  await place.step("status", "cd tree && git status --porcelain && git rev-parse HEAD");
  await place.step("change", CHANGE);
  await place.step("status of changes", "cd tree && git status --porcelain");
  const commit = "cd tree && git add -A && git commit -qm changed && git rev-parse HEAD";
  await place.step("commit", commit, options);
  await place.step("merge", BRANCHES, options);
  await place.step("gc", "cd tree && git gc -q --prune=now && git count-objects -v");
  await place.step("fsck", "cd tree && git fsck --full --strict --no-progress");
  await place.step(
    "clone with hard links",
    "git clone -q tree second && git -C second status",
    options,
  );
  await place.step("compare", "diff -r --no-dereference --exclude=.git tree second");
  await place.step("remove", "rm -r second && ls");
  // The index holds inode numbers and times.
  place.tree("tree", { leaveOut: (path) => path === ".git/index" });
}

/** See the module. */
export const GIT: RealWork = {
  name: "git",
  does: "clone, change, commit, merge, gc and fsck of a repository",
  programs: [{ command: "git", package: "git", why: "the work" }],
  prepare,
  run,
};
