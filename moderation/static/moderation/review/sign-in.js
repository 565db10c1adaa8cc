// Signing in again where one is, when the session ended meanwhile.

import { ask } from "./ask.js";
import { find } from "./keys.js";

export class SignIn {
  #dialog = find("#sign-in");
  #form = this.#dialog.querySelector("form");
  #trouble = this.#dialog.querySelector("[role=alert]");
  #token = "";
  #here;
  #back;

  // here: an address that answers with a token when the person is signed in; back(token): go on.
  constructor(here, back) {
    this.#here = here;
    this.#back = back;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#form.querySelector("[data-later]").addEventListener("click", () => this.#dialog.close());
    // They may have signed in in another tab.
    addEventListener("focus", () => this.#dialog.open && this.#look());
  }

  async open(token) {
    this.#token = token ?? this.#token;
    if (this.#dialog.open || (!token && (await this.#look()))) return;
    this.#dialog.showModal();
    this.#form.elements.password.focus();
  }

  // Goes on when the person is signed in after all; returns whether they are.
  async #look() {
    const { status, data } = await ask(this.#here).catch(() => ({ status: 0, data: {} }));
    if (data.token) this.#token = data.token;
    if (status !== 200) return false;
    this.#dialog.close();
    this.#back(data.token);
    return true;
  }

  async #submit() {
    const fields = Object.fromEntries(new FormData(this.#form));
    const address = this.#form.getAttribute("action");
    const answer = await ask(address, { fields, token: this.#token }).catch(() => ({ status: 0 }));
    this.#form.elements.password.value = "";
    if (answer.status === 200 && (await this.#look())) {
      this.#trouble.hidden = true;
      return;
    }
    this.#trouble.textContent = this.#why(answer);
    this.#trouble.hidden = false;
    this.#form.elements.password.focus();
  }

  #why({ status, data }) {
    if (status === 0) return "The server does not answer. Try again in a moment.";
    if (status === 200) return "Your account asks for a second step: use the link below.";
    return data?.form?.errors?.[0] ?? "That did not work. Try again.";
  }
}
