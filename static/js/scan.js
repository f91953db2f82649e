// Reads bar and QR codes. Loaded when a page wants to scan:
//   <script src="{% static 'scan.js' %}" data-wasm="{% static 'zxing_reader.wasm' %}">
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const { wasm } = document.currentScript.dataset;
prepareZXingModule({ overrides: { locateFile: () => wasm } });

// The text of the first code in a picture (Blob or ImageData), or null.
globalThis.readCode = async (picture) => {
  const [code] = await readBarcodes(picture, { maxNumberOfSymbols: 1, tryHarder: true });
  return code?.text ?? null;
};
