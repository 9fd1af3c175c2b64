/**
 * make -j4 of a C project with 200 files.
 *
 * @module
 */
import type { Place } from "./place.ts";
import type { RealWork } from "./real_work.ts";

const FILES = 200;
/** In the form that every test run can afford. */
const FILES_SHORT = 60;

const MAKEFILE = `CFLAGS = -O0 -Wall -Werror -Iinclude
SOURCES := $(sort $(wildcard src/*.c))
OBJECTS := $(SOURCES:src/%.c=build/%.o)

build/program: build/libparts.a main.c
\t$(CC) $(CFLAGS) -o $@ main.c build/libparts.a
build/libparts.a: $(OBJECTS)
\trm -f $@
\tar rcD $@ $(OBJECTS)
build/%.o: src/%.c | build
\t$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<
build:
\tmkdir $@
-include $(OBJECTS:.o=.d)
`;

async function prepare({ outside, full }: Place): Promise<void> {
  const project = `${outside}/project`;
  await Deno.mkdir(`${project}/src`, { recursive: true });
  await Deno.mkdir(`${project}/include`);
  await Deno.writeTextFile(`${project}/Makefile`, MAKEFILE);
  await Deno.writeTextFile(`${project}/include/step.h`, "#define STEP 3\n");
  const names = Array.from({ length: full ? FILES : FILES_SHORT }, (_, index) => `part${index}`);
  await Deno.writeTextFile(
    `${project}/include/parts.h`,
    names.map((name) => `unsigned ${name}(unsigned);\n`).join(""),
  );
  for (const [index, name] of names.entries()) {
    // Half of the files depend on the header that is changed later.
    const [include, step] = index % 2 === 0 ? ['#include "step.h"\n', "STEP"] : ["", "5u"];
    const code = `#include "parts.h"\n${include}
unsigned ${name}(unsigned value) {
  for (unsigned i = 0; i < ${index + 1}u; i++) value = value * 1664525u + i * ${step};
  return value;
}\n`;
    await Deno.writeTextFile(`${project}/src/${name}.c`, code);
  }
  const calls = names.map((name) => `  value = ${name}(value);\n`).join("");
  const main = `#include "parts.h"\n#include <stdio.h>\nint main(void) {\n  unsigned value = 1;
${calls}  printf("%u\\n", value);\n  return 0;\n}\n`;
  await Deno.writeTextFile(`${project}/main.c`, main);
}

async function run(place: Place): Promise<void> {
  await place.step("copy", 'cp -r "$OUTSIDE/project" . && cd project && ls');
  // Four jobs print in any order.
  await place.step("make -j4", "cd project && make -s -j4", { chatty: true });
  await place.step("run", "cd project && build/program && make -q && echo up to date");
  place.tree("project");
  const edit = "cd project && sed -i 's/3/7/' include/step.h && make -j4 | grep -c -e -MMD";
  await place.step("make -j4 after a change", edit);
  await place.step("run again", "cd project && build/program && make -q && echo up to date");
  place.tree("project");
  await place.step("clean", "rm -r project && ls");
}

/** See the module. */
export const MAKE: RealWork = {
  name: "make",
  does: "make -j4 of a C project, and again after a change",
  programs: [
    { command: "make", package: "make", why: "the work" },
    { command: "gcc", package: "gcc", why: "compiles" },
    { command: "ar", package: "binutils", why: "makes the library" },
  ],
  prepare,
  run,
};
