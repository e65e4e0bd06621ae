import AnomalyDetection

extension ModelKind {
    /// The test's own third network.
    public static let convolutional = ModelKind(name: "conv", title: "Convolutional", shortTitle: "Conv.")
}

extension Models {
    /// The standard models and, registered here and nowhere else, one with a network that the program does not hold.
    public static let withConvolutional = Models(
        standard.all + [Model(.convolutional, weight: 0.5, recipe: ConvolutionalRecipe())])
}
