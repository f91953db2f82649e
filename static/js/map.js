// All maps of the office. Not more than 500 things are ever drawn: the server gathers them.
import "./map_places.js";
import "./map_live.js";
import "./map_track.js";
import "./map_plan.js";
import "./map_grid.js";
import "./map_draw.js";
