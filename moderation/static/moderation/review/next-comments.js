// The next comments of the round, loaded before the page needs them.

import { ask, toElement } from "./server.js";

const DEPTH = 20;
const PAUSE = 3000; // milliseconds until a silent server is asked again

export class Line {
  #cards = [];
  #filling = false;
  #address;
  #hooks;

  // hooks: have() → ids that are in hand, came(answer), expired(token).
  constructor(address, hooks) {
    this.#address = address;
    this.#hooks = hooks;
  }

  get comments() {
    return this.#cards.map((card) => Number(card.dataset.pk));
  }

  next() {
    return this.#cards.shift();
  }

  drop(pk) {
    this.#cards = this.#cards.filter((card) => Number(card.dataset.pk) !== pk);
  }

  putFirst(card) {
    this.drop(Number(card.dataset.pk));
    this.#cards.unshift(card);
  }

  // Asks for more until the line is long enough or nothing is left.
  async fill() {
    if (this.#filling || this.#cards.length >= DEPTH) return;
    this.#filling = true;
    const more = await this.#ask().catch(() => null);
    this.#filling = false;
    if (more) this.fill();
    else if (more === null) setTimeout(() => this.fill(), PAUSE);
  }

  // Returns whether asking again may bring more; throws when the server does not answer.
  async #ask() {
    const address = new URL(this.#address, location.href);
    address.searchParams.set("have", this.#hooks.have().join(","));
    const { status, data } = await ask(address);
    if (status === 401) {
      this.#hooks.expired(data.token);
      return false;
    }
    if (!data.cards) throw new Error(`status ${status}`);
    // Meanwhile one of them may have been looked at.
    const have = new Set(this.#hooks.have());
    const cards = data.cards.map(toElement).filter((card) => !have.has(Number(card.dataset.pk)));
    this.#cards.push(...cards);
    this.#hooks.came(data);
    return cards.length > 0;
  }
}
