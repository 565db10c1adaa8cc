// Decisions on their way to the server: one by one, in order, until each has its answer.
// Each has a key of its own: sent twice, it is one decision.

import { ask } from "./server.js";

const KEPT = "presses"; // in the tab's storage, so that a reload loses none; no comment texts
const PAUSES = [500, 1000, 2000, 4000, 8000, 15_000]; // milliseconds between attempts
const TRIES = 3; // this many answers of 500 are final

const isAway = (status) => [0, 408, 429, 502, 503, 504].includes(status);

export class Outbox {
  #presses = [];
  #sending = false;
  #failures = 0;
  #timer = 0;
  #hooks;

  // hooks: changed(size), saved(press, data), late(press, data), refused(press, status, data),
  // trouble(status), expired(token).
  constructor(by, token, hooks) {
    this.token = token;
    this.#hooks = hooks;
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    this.#presses = kept.filter((press) => press.fields.by === by);
    addEventListener("online", () => this.resume());
  }

  get size() {
    return this.#presses.length;
  }

  get comments() {
    return this.#presses.map((press) => press.pk);
  }

  // press: { address, pk, fields: { key, by, … } }
  add(press) {
    this.#presses.push(press);
    this.#changed();
    this.#send();
  }

  // Takes an unsent press back; false when it may have reached the server.
  takeBack(key) {
    const place = this.#presses.findIndex((press) => press.fields.key === key);
    if (place < 0 || (place === 0 && (this.#sending || this.#presses[0].tried))) return false;
    this.#presses.splice(place, 1);
    this.#changed();
    return true;
  }

  resume(token = this.token) {
    this.token = token;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#send();
  }

  #changed() {
    sessionStorage.setItem(KEPT, JSON.stringify(this.#presses));
    this.#hooks.changed(this.size);
  }

  async #send() {
    if (this.#sending || this.#timer || !this.size) return;
    this.#sending = true;
    const [press] = this.#presses;
    press.tried = (press.tried ?? 0) + 1;
    const { address, fields } = press;
    const answer = await ask(address, { fields, token: this.token }).catch(() => ({ status: 0 }));
    this.#sending = false;
    if (this.#settle(press, answer)) this.#send();
  }

  // Returns whether the next press may be sent.
  #settle(press, { status, data = {} }) {
    if (status === 401 || status === 403) {
      this.#hooks.expired(data.token);
      return false;
    }
    if (isAway(status)) press.tried = 1;
    if (isAway(status) || (status >= 500 && press.tried < TRIES)) {
      this.#wait(status);
      return false;
    }
    this.#failures = 0;
    this.#presses.shift();
    // A decision made after an undo is based on the comment's new version.
    for (const later of this.#presses) {
      if (data.version && later.pk === data.pk) later.fields.version = data.version;
    }
    this.#changed();
    if (status < 300) this.#hooks.saved(press, data);
    else if (status === 409) this.#hooks.late(press, data);
    else this.#hooks.refused(press, status, data);
    return true;
  }

  #wait(status) {
    const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)];
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#send();
    }, pause);
    this.#hooks.trouble(status);
  }
}
