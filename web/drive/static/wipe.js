// This link is over: the phone forgets the route it kept.
import { openStore, wipe } from "./kept.js";

await wipe(await openStore());
