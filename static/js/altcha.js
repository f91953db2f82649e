// Solves the server's proof of work (altcha, protocol 2) for <altcha-widget name challenge>. The packaged widget is
// 36 kB and writes a style sheet into the page, which our content policy forbids.
import { beforeSend } from "./before_send.js";

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve({ algorithm, nonce, salt, cost, keyLength, keyPrefix }) {
  const [derivation, hash] = algorithm.split("/");
  if (derivation !== "PBKDF2") throw new Error(`${algorithm} is not a proof of work this page can do.`);
  const prefix = bytes(nonce);
  const password = new Uint8Array(prefix.length + 4);
  password.set(prefix);
  for (let counter = 0; ; counter++) {
    new DataView(password.buffer).setUint32(prefix.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const parameters = { name: "PBKDF2", hash, salt: bytes(salt), iterations: cost };
    const derivedKey = hex(await crypto.subtle.deriveBits(parameters, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
  }
}

class AltchaWidget extends HTMLElement {
  connectedCallback() {
    this.input = Object.assign(document.createElement("input"), { type: "hidden", name: this.getAttribute("name") });
    this.replaceChildren(this.input);
    const form = this.closest("form");
    form.addEventListener("focusin", () => this.solved(), { once: true });
    beforeSend(form, () => this.solved()); // where it fails, the server says what is missing
  }

  solved() {
    if (!this.work || this.expiresAt < Date.now() / 1000 + 30) this.work = this.fill().catch(console.error);
    return this.work;
  }

  async fill() {
    const asked = this.getAttribute("challenge");
    const challenge = asked.startsWith("{") ? JSON.parse(asked) : await (await fetch(asked)).json();
    this.expiresAt = challenge.parameters.expiresAt;
    this.input.value = btoa(JSON.stringify({ challenge, solution: await solve(challenge.parameters) }));
  }
}
customElements.define("altcha-widget", AltchaWidget);
