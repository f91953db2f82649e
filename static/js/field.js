import "./signature.js";
import "./field_app.js";
import "./field_shell.js";
import "./field_package.js";
import "./field_sync.js";
import "./field_call.js";
import "./field_chips.js";
import "./field_command.js";
import "./field_fresh.js";
import "./field_live.js";
import "./field_overlay.js";
import "./field_pictures.js";
import "./field_record.js";
import "./field_round.js";
import "./field_scan.js";
import "./field_share.js";
import "./field_sheet.js";
import "./field_sign.js";
import "./field_waiting.js";

document.documentElement.dataset.ready = ""; // from now on forms are sent by these scripts
setTimeout(() => (document.documentElement.dataset.drawn = "")); // what is far below, in a task of its own
