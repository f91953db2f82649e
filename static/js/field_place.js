// Where the phone is: {lat, lon, accuracy_m}, or null when it does not say (refused, no signal, no TLS).
export function place({ waitMs = 8000, maxAgeMs = 30_000 } = {}) {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    const timer = setTimeout(() => resolve(null), waitMs + 500); // some browsers answer neither way while they ask
    const answer = (found) => {
      clearTimeout(timer);
      resolve(found);
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => answer({ lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy }),
      () => answer(null),
      { enableHighAccuracy: true, timeout: waitMs, maximumAge: maxAgeMs },
    );
  });
}
