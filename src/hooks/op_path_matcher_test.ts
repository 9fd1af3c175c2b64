import { assert, assertEquals } from "@std/assert";
import { ALL_HOOK_OPS, HOOK_OPS, HookOp } from "./hook_op.ts";
import { completeHookRequest, type HookRequestInit } from "./hook_request.ts";
import { type OpPathInit, OpPathMatcher } from "./op_path_matcher.ts";

function matches(init: OpPathInit, request: HookRequestInit): boolean {
  completeHookRequest(request);
  return new OpPathMatcher(init).match(request);
}

Deno.test("a matcher without conditions matches everything", () => {
  for (const op of ALL_HOOK_OPS) assert(matches({}, { op, path: "/any" }));
});

Deno.test("operation and path must both match", () => {
  const init = { ops: [HookOp.Create], pathPattern: "/dir/*" };
  assert(matches(init, { op: HookOp.Create, path: "/dir/f" }));
  assert(!matches(init, { op: HookOp.Create, path: "/dir/deep/f" }));
  assert(!matches(init, { op: HookOp.Open, path: "/dir/f" }));
});

Deno.test("paths are cleaned before they are matched", () => {
  const init = { pathPattern: "/dir/f" };
  assert(matches(init, { op: HookOp.Open, path: "/dir/x/..//./f" }));
  assert(matches(init, { op: HookOp.Open, path: "dir/f/" }));
});

Deno.test("a malformed pattern matches nothing, as in Go", () => {
  assert(!matches({ pathPattern: "/a[" }, { op: HookOp.Open, path: "/a[" }));
  assert(!new OpPathMatcher({ namePattern: "[" }).concerns(HookOp.Open));
});

Deno.test("every operation is matched by a rule for itself on its path", () => {
  for (const op of ALL_HOOK_OPS) {
    assert(matches({ ops: [op], pathPattern: "/f" }, { op, path: "/f", newPath: "/g" }), op);
    assertEquals(HOOK_OPS[op].acts[0], { op, on: "path" });
  }
});

/** What a request is matched by besides: its operation, the rule's, and the path that the rule sees. */
const ALSO: [HookOp, HookOp, "/old" | "/new"][] = [
  ["lstat", "stat", "/old"],
  ["mknod", "create", "/old"],
  ["symlink", "create", "/old"],
  ["remove_all", "remove", "/old"],
  ["rename", "rename", "/new"],
  ["rename", "remove", "/old"],
  ["rename", "create", "/new"],
  ["link", "link", "/new"],
  ["link", "create", "/new"],
  ["truncate", "write", "/old"],
  ["allocate", "write", "/old"],
  ["copy_range", "copy_range", "/new"],
  ["copy_range", "read", "/old"],
  ["copy_range", "write", "/new"],
];

Deno.test("what an operation does under another name is matched too, and nothing else", () => {
  const expected = new Set(ALSO.map((row) => row.join(" ")));
  for (const op of ALL_HOOK_OPS) {
    expected.add(`${op} ${op} /old`);
    for (const rule of ALL_HOOK_OPS) {
      for (const path of ["/old", "/new"]) {
        const newPath = op === HookOp.Symlink ? "/target" : "/new";
        const is = matches({ ops: [rule], pathPattern: path }, { op, path: "/old", newPath });
        assertEquals([op, rule, path, is], [op, rule, path, expected.has(`${op} ${rule} ${path}`)]);
      }
    }
  }
});

Deno.test("below is the directory and everything in it, at any depth", () => {
  const init = { below: "/repo/.git/hooks/" };
  const open = (path: string) => matches(init, { op: HookOp.Open, path });
  assert(open("/repo/.git/hooks") && open("/repo/.git/hooks/a/b/c"));
  assert(!open("/repo/.git") && !open("/repo/.git/hooks2") && !open("/"));
});

Deno.test("below is also met by moving or removing a directory around it", () => {
  const init = { ops: [HookOp.Rename, HookOp.RemoveAll], below: "/repo/.git/hooks" };
  assert(matches(init, { op: HookOp.Rename, path: "/repo/.git", newPath: "/repo/x" }));
  assert(matches(init, { op: HookOp.Rename, path: "/tmp/evil", newPath: "/repo/.git" }));
  assert(matches(init, { op: HookOp.RemoveAll, path: "/repo" }));
  assert(!matches(init, { op: HookOp.Rename, path: "/repo/a", newPath: "/repo/b" }));
});

Deno.test("a name pattern is about the last component, in any directory", () => {
  const init = { namePattern: "*.env" };
  assert(matches(init, { op: HookOp.Open, path: "/a/b/prod.env" }));
  assert(!matches(init, { op: HookOp.Open, path: "/a/prod.env/b" }));
  assert(matches(init, { op: HookOp.Rename, path: "/x", newPath: "/deep/.env" }));
});

Deno.test("all conditions hold on the same path", () => {
  const init = { below: "/a", namePattern: "x" };
  assert(!matches(init, { op: HookOp.Rename, path: "/a/y", newPath: "/b/x" }));
  assert(matches(init, { op: HookOp.Rename, path: "/b/x", newPath: "/a/x" }));
});

Deno.test("the target of a symbolic link is no path", () => {
  const request = { op: HookOp.Symlink, path: "/link", newPath: "../secret/./x" };
  assert(!matches({ pathPattern: "/secret/x" }, request));
  assertEquals(request.newPath, "../secret/./x");
});
