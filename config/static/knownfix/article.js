// What a guide's article does beyond showing text. Everything works without it.
"use strict";
