/**
 * Cases of how operations fail.
 *
 * @module
 */
import { FsError, O_RDONLY, toErrno } from "../../src/base/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";
import { caseFile } from "../case.ts";
import { CaseFailure, showThrown } from "../case_failure.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("failure", {
  clause: "DESIGN decision 2: providers throw FsError in the caller's terms",
  needs: ["contract"],
});
const { core, it } = file;

/** Cases of how operations fail. */
export const FAILURE = file.cases;

/** What the operation throws. */
async function thrownBy(operation: () => unknown): Promise<unknown> {
  try {
    await operation();
  } catch (thrown) {
    return thrown;
  }
  throw new CaseFailure("the operation", "an error", "success");
}

async function errorOf(operation: () => unknown): Promise<FsError> {
  const thrown = await thrownBy(operation);
  if (thrown instanceof FsError) return thrown;
  throw new CaseFailure("what is thrown", "an FsError", showThrown(thrown));
}

type Operation = (provider: Provider, path: string) => unknown;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  stat: (provider, path) => provider.stat(path),
  readDir: (provider, path) => provider.readDir(path),
  open: (provider, path) => provider.open(path, O_RDONLY, 0),
  chmod: (provider, path) => provider.chmod(path, 0o600),
  unlink: (provider, path) => provider.unlink(path),
  rmdir: (provider, path) => provider.rmdir(path),
  remove: (provider, path) => provider.remove(path),
};

for (const [name, operation] of Object.entries(OPERATIONS)) {
  core(`of ${name} is an FsError with code and number`, async (t) => {
    const error = await errorOf(() => operation(t.provider, t.absolute("/none")));
    t.equal([error.code, error.errno], ["ENOENT", 2], "code and errno");
  });

  it(`of ${name} tells the caller's path`, async (t) => {
    const path = t.absolute("/none");
    const error = await errorOf(() => operation(t.provider, path));
    t.equal(error.path, path, "the path");
  });
}

it("of rename tells both paths", async (t) => {
  const [from, to] = [t.absolute("/none"), t.absolute("/new")];
  const error = await errorOf(() => t.provider.rename(from, to));
  t.equal([error.path, error.dest], [from, to], "path and dest");
});

core("is an error of Deno's kind too", async (t) => {
  const error = await thrownBy(() => t.provider.stat(t.absolute("/none")));
  t.ok(error instanceof Deno.errors.NotFound, "it is a Deno.errors.NotFound", error);
});

core("leaves the provider usable", async (t) => {
  await t.file("/file", "data");
  for (let round = 0; round < 20; round++) {
    await thrownBy(() => t.provider.stat(t.absolute("/none")));
    await thrownBy(() => t.provider.readDir(t.absolute("/file")));
    await thrownBy(() => t.provider.mkdir(t.absolute("/file"), 0o755));
    await thrownBy(() => t.provider.rmdir(t.absolute("/file")));
  }
  await t.holds("/file", "data");
});

/** Two things wrong at once: which one is told, on Linux. */
it("of a path through a file comes before a name that is too long", {
  needs: [],
  clause: "Linux resolves component by component",
}, async (t: Trial) => {
  await t.file("/file");
  const thrown = await thrownBy(() => t.provider.stat(t.absolute(`/file/${"n".repeat(256)}`)));
  t.equal(toErrno(thrown).code, "ENOTDIR", "the errno");
});
