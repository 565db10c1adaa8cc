// The keys on the page of an appeal; everything else there works without scripts.

import { listen } from "./review/keys.js";

listen();
