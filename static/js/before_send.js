// beforeSend(form, work): the form is sent when the promise that work() returns is settled; several are waited for together.
const works = new WeakMap();
const waiting = new WeakSet();
const ready = new WeakSet();

async function hold(event) {
  const { currentTarget: form, submitter } = event;
  if (ready.delete(form)) return;
  event.preventDefault();
  if (waiting.has(form)) return;
  waiting.add(form);
  // not before this event is over: a form sent from inside its own submit event is not sent at all
  const eventIsOver = new Promise((done) => setTimeout(done));
  await Promise.allSettled([eventIsOver, ...works.get(form).map((work) => work())]);
  waiting.delete(form);
  ready.add(form);
  form.requestSubmit(submitter);
}

export function beforeSend(form, work) {
  if (!works.has(form)) {
    works.set(form, []);
    form.addEventListener("submit", hold);
  }
  works.get(form).push(work);
}
