import "@tabler/core";
import "./htmx.js";
import "./select.js";
import "./signature.js";
import "./panels.js";
import "./list.js";
import "./copy.js";
import "./weights.js";
