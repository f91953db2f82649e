import "./signature.js";
