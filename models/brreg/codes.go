package brreg

// prefix stands before the roles of the business register (the central
// coordinating register, ccr).
const prefix = "urn:altinn:external-role:ccr:"

// roles are the register's role codes (rolletyper) and the roles that they are
// here, without the prefix. A code that is not in this list is no role of ours.
var roles = map[string]string{
	"AAFY":  "ikke-naeringsdrivende-hovedenhet",
	"ADOS":  "administrativ-enhet-offentlig-sektor",
	"AVKL":  "forestaar-avvikling",
	"BEDR":  "hovedenhet",
	"BEST":  "bestyrende-reder",
	"BOBE":  "bostyrer",
	"DAGL":  "daglig-leder",
	"DTPR":  "deltaker-delt-ansvar",
	"DTSO":  "deltaker-fullt-ansvar",
	"EIKM":  "eierkommune",
	"ESGR":  "elektronisk-signeringsrettig",
	"ETDL":  "elektronisk-signeringsrett-tildeler",
	"FEMV":  "felles-registrert-med",
	"FFØR":  "forretningsforer",
	"FGRP":  "foretaksgruppe-med",
	"FISJ":  "fisjonsovertaker",
	"FUSJ":  "fusjonsovertaker",
	"HFOR":  "hovedforetak",
	"HLED":  "parti-organ-leder",
	"HLSE":  "helseforetak",
	"HMDL":  "parti-organ-styremedlem",
	"HNST":  "parti-organ-nestleder",
	"HVAR":  "parti-organ-varamedlem",
	"INNH":  "innehaver",
	"KDAT":  "konsern-datter",
	"KDEB":  "konkursdebitor",
	"KEMN":  "kontaktperson-ados",
	"KENK":  "personlige-konkurs",
	"KGRL":  "konsern-grunnlag",
	"KIRK":  "kirkelig-fellesraad",
	"KMOR":  "konsern-mor",
	"KNUF":  "kontaktperson-nuf",
	"KOMK":  "kontaktperson-kommune",
	"KOMP":  "komplementar",
	"KONT":  "kontaktperson",
	"KTRF":  "kontorfelleskapmedlem",
	"LEDE":  "styreleder",
	"MEDL":  "styremedlem",
	"MVAG":  "mva-signerer",
	"MVAU":  "mva-utfyller",
	"NEST":  "nestleder",
	"OBS":   "observator",
	"OPMV":  "saerskilt-oppdelt-enhet",
	"ORGL":  "organisasjonsledd-offentlig-sektor",
	"POFE":  "prokurist-fellesskap",
	"POHV":  "prokurist-hver-for-seg",
	"PROK":  "prokurist",
	"READ":  "revisoradressat",
	"REGN":  "regnskapsforer",
	"REPR":  "norsk-representant",
	"REVI":  "revisor",
	"RFAD":  "regnskapsforeradressat",
	"SAM":   "sameier",
	"SIFE":  "signerer-fellesskap",
	"SIGN":  "signerer",
	"SIHV":  "signerer-hver-for-seg",
	"SREVA": "kontaktperson-revisor",
	"STFT":  "stifter",
	"UTBG":  "utleiebygg",
	"VARA":  "varamedlem",
	"VIFE":  "virksomhet-fellesskap-drifter",
}

// services are the codes of the roles in which one organisation serves
// another: accountant, auditor and business manager.
var services = map[string]bool{"REGN": true, "REVI": true, "FFØR": true}

// RoleURN returns the URN of the role that the register's code stands for;
// false for a code that we do not know.
func RoleURN(code string) (string, bool) {
	role, ok := roles[code]
	return prefix + role, ok
}
