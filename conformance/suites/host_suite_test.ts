// The suite on Linux's tmpfs: the oracle that proves the cases themselves.
import { BaseProvider } from "../../src/provider/mod.ts";
import { conformance } from "../register.ts";

/** The route does without a provider. */
class NoProvider extends BaseProvider {}

await conformance("tmpfs", () => new NoProvider(), { routes: ["host"] });
