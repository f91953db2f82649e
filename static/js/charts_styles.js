// Plotly writes no style sheet into the page (the content policy forbids it) where it finds this mark: charts.css has it.
const mark = document.createElement("meta");
mark.id = "plotly.js-style-global";
mark.className = "no-inline-styles";
document.head.append(mark);
