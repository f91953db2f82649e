import "./altcha.js";
import "./live.js";
import "./once.js";
import "./own_place.js";
import "./photos.js";
import "./share.js";
import "./voice.js";
