package registry_test

import (
	"os"
	"testing"

	"github.com/stafett/stafett/models/modelstest"
)

func TestMain(m *testing.M) { os.Exit(modelstest.Run(m)) }
