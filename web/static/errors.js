// A form that comes back with errors: its summary is what a person must hear and see first.
document.querySelector(".errors")?.focus();
