import AnomalyDetection

extension ModelKind {
    /// The test's own third network.
    public static let convolutional = ModelKind(name: "conv", title: "Convolutional", shortTitle: "Conv.")
}

extension Models {
    /// The standard models, trained in a moment, and, registered here and nowhere else, one with a network that the program does
    /// not hold.
    public static let withConvolutional: Models = {
        var (lstm, transformer) = (LSTMRecipe(), TransformerRecipe())
        (lstm.epochs, transformer.epochs) = (2, 2)
        return Models([
            Model(.lstm, weight: 0.5, recipe: lstm), Model(.transformer, weight: 0.5, recipe: transformer),
            Model(.convolutional, weight: 0.5, recipe: ConvolutionalRecipe()),
        ])
    }()
}
