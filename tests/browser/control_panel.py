"""A control panel to be a guest in, as unfriendly as one can be: it styles everything, listens to every key,
has a shortcut, dialogs and frames of its own, and goes from page to page without loading."""

from typing import Final

CONTENT_SECURITY_POLICY: Final = "default-src 'self'; script-src 'self' 'nonce-page'; style-src 'nonce-page'"

PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<title>Dilek Demir | Demo nation</title>
<style nonce="page">
  * { all: unset !important; color: red !important; }
  body, div, main, dialog[open], iframe { display: block !important; }
  head, style, script, title { display: none !important; }
</style>
</head>
<body>
<main>
  <h1>Dilek Demir</h1>
  <input id="field" aria-label="Name of the person">
  <button id="go">Go to Anna</button>
  <button id="ask">Ask first</button>
  <dialog id="dialog"><button id="close">Close the dialog</button></dialog>
  <iframe src="/admin/signups/5" title="Inner page"></iframe>
</main>
<script nonce="page">
  window.leaked = [];
  for (const type of ['keydown', 'keypress', 'keyup', 'beforeinput', 'input', 'paste', 'compositionstart']) {
    for (const target of [window, document]) {
      const note = (event) => window.leaked.push([type, event.key ?? event.data ?? '']);
      target.addEventListener(type, note, true);
      target.addEventListener(type, note);
    }
  }
  window.shortcuts = 0;
  window.ownShortcut = false;
  document.addEventListener('keydown', (event) => {
    if (window.ownShortcut && event.key === 'k' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      window.shortcuts += 1;
    }
  });
  document.getElementById('go').onclick = () => {
    history.pushState({}, '', '/admin/signups/7');
    document.title = 'Anna Ahrens | Demo nation';
  };
  document.getElementById('ask').onclick = () => document.getElementById('dialog').showModal();
  document.getElementById('close').onclick = () => document.getElementById('dialog').close();
</script>
</body>
</html>"""
