import "./altcha.js";
import "./live.js";
import "./once.js";
import "./photos.js";
import "./share.js";
import "./voice.js";
