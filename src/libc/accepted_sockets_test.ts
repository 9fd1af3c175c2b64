import { assertEquals } from "@std/assert";
import { acceptedSockets } from "./accepted_sockets.ts";

Deno.test("the sockets that a listener has accepted are found by its path, and nothing else is", async () => {
  const folder = await Deno.makeTempDir();
  const [path, other] = [`${folder}/a`, `${folder}/b`];
  const listeners = [path, other].map((each) => Deno.listen({ transport: "unix", path: each }));
  const open: Deno.Conn[] = [];
  const accept = async (index: number): Promise<void> => {
    open.push(await Deno.connect({ transport: "unix", path: [path, other][index]! }));
    open.push(await listeners[index]!.accept());
  };
  assertEquals(acceptedSockets(path), []);
  await accept(0);
  await accept(1);
  const first = acceptedSockets(path);
  assertEquals([first.length, acceptedSockets(other).length], [1, 1]);
  await accept(0);
  assertEquals(acceptedSockets(path).length, 2);
  open[1]!.close();
  assertEquals(acceptedSockets(path).some((fd) => fd === first[0]), false);
  for (const connection of [...open.filter((_, index) => index !== 1), ...listeners]) {
    connection.close();
  }
  assertEquals(acceptedSockets(path), []);
  await Deno.remove(folder, { recursive: true });
});
