package gallery

func publicPages() []Page { return nil }
