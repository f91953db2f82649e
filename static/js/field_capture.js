// What was taken with the camera, the microphone or the finger becomes a file of the phone: {id, blob, about}.
import { device, fact, uuid, write } from "./field_store.js";
import { place } from "./field_place.js";
import { sha256 } from "./field_hash.js";

const LONG_EDGE = 1920; // pixels
const MOST_BYTES = 1_500_000;

async function shrunk(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const paint = canvas.getContext("2d");
    paint.fillStyle = "white";
    paint.fillRect(0, 0, canvas.width, canvas.height);
    paint.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    for (const quality of [0.85, 0.7, 0.5, 0.3]) {
      const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (small && small.size <= MOST_BYTES) return small;
    }
  } catch {
    // a kind of picture this browser cannot open: the server can
  }
  return file;
}

// kept: whose it is until an operation takes it ("orders/answer WO-1 step").
export async function capture(file, { kind, source, takenAt = new Date(), owner, challenge }) {
  const small = kind === "photo" ? await shrunk(file) : file;
  const blob = new Blob([await small.arrayBuffer()], { type: small.type || "application/octet-stream" });
  const [hash, here, skew] = await Promise.all([sha256(blob), place({ waitMs: 3000, maxAgeMs: 120_000 }), fact("skew_ms")]);
  const about = {
    kind, source, size: blob.size, sha256: hash, mime: blob.type, taken_at: new Date(takenAt.getTime() + (skew ?? 0)).toISOString(),
    lat: here?.lat ?? null, lon: here?.lon ?? null, accuracy_m: here?.accuracy_m ?? null, device: device(), ...(challenge && { challenge }),
  };
  return { id: uuid(), blob, about, owner };
}

export const keepFile = (file) => write(["files"], (files) => files.put(file));
export const dropFile = (id) => write(["files"], (files) => files.delete(id));
