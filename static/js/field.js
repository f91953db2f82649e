import "./htmx.js";
import "./signature.js";
import "./field_call.js";
import "./field_chips.js";
import "./field_command.js";
import "./field_fresh.js";
import "./field_pictures.js";
import "./field_scan.js";
import "./field_share.js";
import "./field_sheet.js";
import "./field_sign.js";

document.documentElement.dataset.ready = ""; // from now on forms are sent by these scripts
