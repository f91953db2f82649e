// Django's token, from <meta name="csrf-token"> or its cookie.
export function csrfToken() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  return meta?.content || document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] || "";
}
