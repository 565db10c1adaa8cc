// Asking the server in the background.

const PATIENCE = 15_000; // milliseconds until an answer counts as lost

// Resolves to { status, data } for an answer in JSON, or any refusal; rejects when there is none.
export async function ask(address, { fields, token } = {}) {
  const response = await fetch(address, {
    method: fields ? "POST" : "GET",
    headers: {
      Accept: "application/json",
      "X-Requested-With": "XMLHttpRequest",
      ...(token && { "X-CSRFToken": token }),
    },
    body: fields && new URLSearchParams(fields),
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const data = await response.json().catch((error) => {
    if (response.ok) throw error;
    return {};
  });
  return { status: response.status, data };
}

// Makes an element of a part of the page that the server rendered.
export function toElement(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return document.adoptNode(template.content.firstElementChild);
}
