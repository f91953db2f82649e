// The way from the phone to the server: one POST, one answer. Nothing else of the field pages knows how it travels.
import { csrfToken } from "./csrf.js";

const words = () => document.getElementById("said").dataset;

// {ok, answer} or {ok: false, sentence, field, isLost}; isLost: nobody knows whether it arrived, so send the same again.
export function send(url, body, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    request.timeout = 60_000;
    if (onProgress) request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onerror = request.ontimeout = () => resolve({ ok: false, isLost: true, sentence: words().offline });
    request.onload = () => resolve(understood(request));
    request.send(body);
  });
}

function understood({ status, responseURL, responseText }) {
  if (new URL(responseURL).pathname === document.body.dataset.login) return { ok: false, sentence: words().loggedOut };
  let answer = {};
  try {
    answer = JSON.parse(responseText);
  } catch {
    if (status < 400) return { ok: false, isLost: true, sentence: words().offline }; // somebody else's page: a hotel's, a carrier's
  }
  if (status < 400) return { ok: true, answer };
  if (status === 422) return { ok: false, ...answer };
  if (status === 404) return { ok: false, sentence: words().gone };
  return { ok: false, isLost: status >= 500, sentence: words().failed };
}
