// Signing in again on the page itself, when the session has ended.

import { ask } from "./server.js";
import { find } from "./keys.js";
import { message } from "./messages.js";

const none = { status: 0, data: {} };

export class SignIn {
  #dialog = find("#sign-in");
  #form = this.#dialog.querySelector("form");
  #token = "";
  #here;
  #back;

  // here: an address that answers signed-in people with a token; back(token): continue.
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

  // Continues when the person is signed in already; returns whether they are.
  async #look() {
    const { status, data } = await ask(this.#here).catch(() => none);
    this.#token = data.token ?? this.#token;
    if (status !== 200) return false;
    this.#dialog.close();
    this.#back(data.token);
    return true;
  }

  async #submit() {
    const { password } = this.#form.elements;
    const fields = Object.fromEntries(new FormData(this.#form));
    const address = this.#form.getAttribute("action");
    const { status, data } = await ask(address, { fields, token: this.#token }).catch(() => none);
    password.value = "";
    const signedIn = status === 200 && (await this.#look());
    const trouble = this.#form.querySelector("[role=alert]");
    trouble.hidden = signedIn;
    trouble.textContent = data.form?.errors[0] ?? message("sign_in_failed");
    if (!signedIn) password.focus();
  }
}
