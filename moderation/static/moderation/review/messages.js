// The sentences that the page hands to its script.

const messages = JSON.parse(document.querySelector("#messages").textContent);

// Returns a sentence with its placeholders replaced: message("saving", { count: 3 }).
export function message(name, values = {}) {
  return messages[name].replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}
