// Says that this browser runs scripts, so that the form comes back as the one that uses them.

document.querySelector("form.ask-code").elements._scripted.value = "1";
