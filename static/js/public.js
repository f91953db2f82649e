import "./altcha.js";
import "./signature.js";
