import { assertEquals, assertThrows } from "@std/assert";
import { type ErrnoName, FsError } from "../base/mod.ts";
import { Request } from "../fuse/mod.ts";
import { Forward } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { MadeMode } from "./made_mode.ts";

/** Memory whose attributes cannot be had. */
class Refusing extends Forward {
  readonly #code: ErrnoName;

  constructor(code: ErrnoName) {
    super(new MemoryProvider());
    this.#code = code;
  }
  override getXattr(path: string): never {
    throw new FsError(this.#code, { syscall: "getXattr", path });
  }
}

function modeIn(code: ErrnoName): unknown {
  const request = Request.about(1);
  request.umask = 0o022;
  return new MadeMode(new Refusing(code)).of("/d", 0o666, request);
}

Deno.test("a directory without a default ACL leaves the mode to the umask", () => {
  assertEquals(modeIn("ENODATA"), 0o644);
});

Deno.test("so does a directory of a filesystem without ACLs, below one that has them", () => {
  assertEquals([modeIn("EOPNOTSUPP"), modeIn("ENOSYS")], [0o644, 0o644]);
});

Deno.test("where it cannot be known, nothing is made", () => {
  assertThrows(() => modeIn("EACCES"), FsError, "EACCES");
});
